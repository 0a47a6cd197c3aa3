/** A server's own certificate, made for one run. */
export interface Certificate {
  /** PEM of the certificate, signed by itself. */
  readonly cert: string;
  /** PEM of the private key. */
  readonly key: string;
}

/** Makes a certificate for 127.0.0.1 with `openssl` in a directory. */
export async function makeCertificate(
  directory: string,
): Promise<Certificate> {
  const [cert, key] = [`${directory}/cert.pem`, `${directory}/key.pem`];
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
      ...["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=127.0.0.1"],
      ...["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
      // A client in Rust takes no authority for a server, so this is none.
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-keyout", key, "-out", cert],
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return {
    cert: await Deno.readTextFile(cert),
    key: await Deno.readTextFile(key),
  };
}
