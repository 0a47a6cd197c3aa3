/** A server's own certificate, made for one run of a test file. */
export interface Certificate {
  /** PEM of the certificate, signed by itself. */
  readonly cert: string;
  /** PEM of the private key. */
  readonly key: string;
}

let made: Promise<Certificate> | undefined;

/** Puts a certificate for 127.0.0.1 into a directory, as `cert.pem`: the same for every server of a test file. */
export async function makeCertificate(
  directory: string,
): Promise<Certificate> {
  made ??= newCertificate();
  const certificate = await made;
  await Deno.writeTextFile(`${directory}/cert.pem`, certificate.cert);
  return certificate;
}

/** Made with `openssl`, which leaves nothing behind. */
async function newCertificate(): Promise<Certificate> {
  const { success, stdout, stderr } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
      ...["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=127.0.0.1"],
      ...["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
      // A client in Rust takes no authority for a server, so this is none.
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-keyout", "-", "-out", "-"],
    ],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const printed = new TextDecoder().decode(stdout);
  const [key] =
    /^-+BEGIN PRIVATE KEY-.*?-END PRIVATE KEY-+\n/ms.exec(printed) ??
      [];
  const [cert] =
    /^-+BEGIN CERTIFICATE-.*?-END CERTIFICATE-+\n/ms.exec(printed) ??
      [];
  if (key === undefined || cert === undefined) {
    throw new Error("openssl gave no key and certificate");
  }
  return { cert, key };
}
