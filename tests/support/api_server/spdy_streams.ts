/**
 * As much of SPDY/3.1 as a server needs to answer `kubectl port-forward`:
 * streams, each with headers, data in both directions and an end.
 * (The SPDY Protocol, draft 3.1; chromium.org/spdy/spdy-protocol.)
 */
import { constants, createDeflate, createInflate } from "node:zlib";
import { Buffer } from "node:buffer";

/** The words that the compression of headers starts with (draft 3.1, 2.6.10.1), each behind its length. */
const WORDS =
  "options,head,post,put,delete,trace,accept,accept-charset,accept-encodi" +
  "ng,accept-language,accept-ranges,age,allow,authorization,cache-control" +
  ",connection,content-base,content-encoding,content-language,content-len" +
  "gth,content-location,content-md5,content-range,content-type,date,etag," +
  "expect,expires,from,host,if-match,if-modified-since,if-none-match,if-r" +
  "ange,if-unmodified-since,last-modified,location,max-forwards,pragma,pr" +
  "oxy-authenticate,proxy-authorization,range,referer,retry-after,server," +
  "te,trailer,transfer-encoding,upgrade,user-agent,vary,via,warning,www-a" +
  "uthenticate,method,get,status,200 OK,version,HTTP/1.1,url,public,set-c" +
  "ookie,keep-alive,origin";

/** What follows them. */
const REST =
  "1001012012022052063003023033043053063074024054064074084094104114124134" +
  "14415416417502504505203 Non-Authoritative Information204 No Content301" +
  " Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not " +
  "Found500 Internal Server Error501 Not Implemented503 Service Unavailab" +
  "leJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, " +
  "Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,imag" +
  "e/gif,application/xml,application/xhtml+xml,text/plain,text/javascript" +
  ",publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1" +
  ",utf-,*,enq=0.";

function dictionary(): Buffer {
  const words = WORDS.split(",").map((word) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(word.length);
    return Buffer.concat([length, Buffer.from(word)]);
  });
  return Buffer.concat([...words, Buffer.from(REST)]);
}

const SYN_STREAM = 1, SYN_REPLY = 2, RST_STREAM = 3, PING = 6, GOAWAY = 7;
const FIN = 1;

/** A stream that the client opened. */
export interface SpdyStream {
  readonly headers: ReadonlyMap<string, string>;
  send(bytes: Uint8Array): void;
  /** Says that nothing more is sent. */
  end(): void;
  onData: (bytes: Uint8Array) => void;
  /** The client sends nothing more. */
  onEnd: () => void;
}

/** A connection's server side: bytes in by `receive`, bytes out by `send`. */
export class SpdyServer {
  readonly #streams = new Map<number, SpdyStream>();
  readonly #inflate = createInflate({ dictionary: dictionary() });
  readonly #deflate = createDeflate({ dictionary: dictionary() });
  #pending = Buffer.alloc(0);
  #work = Promise.resolve();

  constructor(
    readonly send: (bytes: Uint8Array) => void,
    readonly onStream: (stream: SpdyStream) => void,
  ) {}

  receive(bytes: Uint8Array): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    while (this.#pending.length >= 8) {
      const length = this.#pending.readUInt32BE(4) & 0xffffff;
      if (this.#pending.length < 8 + length) return;
      const frame = Buffer.from(this.#pending.subarray(0, 8 + length));
      this.#pending = this.#pending.subarray(8 + length);
      this.#work = this.#work.then(() => this.#take(frame));
    }
  }

  async #take(frame: Buffer): Promise<void> {
    const first = frame.readUInt32BE(0);
    const flags = frame[4] ?? 0;
    const payload = frame.subarray(8);
    if (first < 0x80000000) {
      const stream = this.#streams.get(first);
      if (payload.length > 0) stream?.onData(payload);
      if (flags & FIN) stream?.onEnd();
      return;
    }
    switch (first & 0xffff) {
      case SYN_STREAM:
        return await this.#open(payload, flags);
      case PING:
        return this.send(frame);
      case RST_STREAM:
        this.#streams.get(payload.readUInt32BE(0))?.onEnd();
        return;
      case GOAWAY:
        for (const stream of this.#streams.values()) stream.onEnd();
    }
  }

  async #open(payload: Buffer, flags: number): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const block = await flushed(this.#inflate, payload.subarray(10));
    const none = await flushed(this.#deflate, Buffer.alloc(4));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(id);
    this.send(control(SYN_REPLY, Buffer.concat([head, none])));
    const stream: SpdyStream = {
      headers: headersOf(block),
      send: (bytes) => this.send(data(id, 0, bytes)),
      end: () => this.send(data(id, FIN, new Uint8Array())),
      onData: () => {},
      onEnd: () => {},
    };
    this.#streams.set(id, stream);
    this.onStream(stream);
    if (flags & FIN) stream.onEnd();
  }

  close(): void {
    this.#inflate.destroy();
    this.#deflate.destroy();
    for (const stream of this.#streams.values()) stream.onEnd();
  }
}

/** All that comes out of a compressor or decompressor for what goes in. */
function flushed(
  through: ReturnType<typeof createInflate> | ReturnType<typeof createDeflate>,
  input: Buffer,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const take = (chunk: Buffer) => void chunks.push(chunk);
  through.on("data", take);
  return new Promise((resolve) => {
    through.write(input, () => {
      through.flush(constants.Z_SYNC_FLUSH, () => {
        through.off("data", take);
        resolve(Buffer.concat(chunks));
      });
    });
  });
}

function headersOf(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  function text(): string {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.toString("utf8", at - length, at);
  }
  for (let left = block.readUInt32BE(0); left > 0; left--) {
    headers.set(text(), text());
  }
  return headers;
}

function control(type: number, payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32BE((0x80030000 | type) >>> 0);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
}

function data(id: number, flags: number, payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id);
  head.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4);
  return Buffer.concat([head, payload]);
}
