/** An answer of the API that is not a success, in the form every client of Kubernetes expects. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }

  /** The `kind: Status` object. */
  response(): Response {
    return Response.json({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    }, { status: this.code });
  }
}

/** 401, in the words of kube-apiserver. */
export function unauthorized(): ApiError {
  return new ApiError(401, "Unauthorized", "Unauthorized");
}

/** 403: the user is known but may not. */
export function forbidden(
  user: string,
  verb: string,
  resource: string,
  namespace: string,
  name = "",
): ApiError {
  const what = name === "" ? resource : `${resource} "${name}"`;
  return new ApiError(
    403,
    "Forbidden",
    `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "" in the namespace "${namespace}"`,
    { name, kind: resource },
  );
}

/** 404 of one object. */
export function notFound(kind: string, name: string): ApiError {
  return new ApiError(404, "NotFound", `${kind} "${name}" not found`, {
    name,
    kind,
  });
}

/** 404 of a path. */
export function noSuchPath(): ApiError {
  return new ApiError(
    404,
    "NotFound",
    "the server could not find the requested resource",
  );
}

/** 422: the object is understood and wrong in a field. kubectl makes its message from the causes. */
export function invalid(
  kind: string,
  name: string,
  field: string,
  message: string,
): ApiError {
  const causes = [{ reason: "FieldValueInvalid", message, field }];
  return new ApiError(
    422,
    "Invalid",
    `${kind} "${name}" is invalid: ${field}: ${message}`,
    { name, kind, causes },
  );
}

/** 409. */
export function conflict(
  message: string,
  details?: Readonly<Record<string, unknown>>,
): ApiError {
  return new ApiError(409, "Conflict", message, details);
}

/** 400. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

/**
 * The reason and the words of a failing server, by its status code
 * (`pkg/api/errors/errors.go` of k8s.io/apimachinery, `NewGenericServerResponse`
 * and its neighbours).
 */
const FAILURES: Readonly<Record<number, [reason: string, message: string]>> = {
  401: ["Unauthorized", "Unauthorized"],
  403: ["Forbidden", "forbidden: told to refuse"],
  410: ["Expired", "The provided continue parameter is too old"],
  422: [
    "Invalid",
    "the server rejected our request due to an error in our request",
  ],
  429: [
    "TooManyRequests",
    "the server has received too many requests and has asked us to try again later",
  ],
  500: ["InternalError", "Internal error occurred: told to fail"],
  502: [
    "InternalError",
    'an error on the server ("<title>502 Bad Gateway</title>") has prevented the request from succeeding',
  ],
  503: [
    "ServiceUnavailable",
    "the server is currently unable to handle the request",
  ],
  504: [
    "Timeout",
    "the server was unable to return a response in the time allotted, but may still be processing the request",
  ],
};

/**
 * A server that fails with a status code.
 *
 * @throws {Error} for a code whose reason is not known here: with another
 * one's, kubectl would tell another failure than the test means.
 */
export function failure(code: number, message?: string): ApiError {
  const known = FAILURES[code];
  if (!known) throw new Error(`What is a server's reason for ${code}?`);
  const [reason, words] = known;
  return new ApiError(code, reason, message ?? words);
}
