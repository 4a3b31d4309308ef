import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server did with a request: as it should, or a fault of the link or of itself. */
export type Fault =
  /** The connection breaks when so many bytes of the body, or of the answer, have gone over it. */
  | { readonly how: 'break-after'; readonly bytes: number }
  /** All is done, and nobody is told. */
  | { readonly how: 'lose-answer' }
  | { readonly how: 'answer'; readonly status: number; readonly code?: string }
  /** The bytes that are given are not those of the file. */
  | { readonly how: 'alter' }
  /** Ranges are ignored, as some proxies do. */
  | { readonly how: 'whole' };

/** An upload, or a file, as the server has it. */
export interface ServedFile {
  bytes: Buffer;
  readonly declared: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
}

/** A server of tus 1.0 and of ranges, whose nth request meets the nth fault. */
export class AttachmentServer {
  readonly uploads = new Map<string, ServedFile>();
  readonly seen: { method: string; path: string; headers: IncomingMessage['headers'] }[] = [];
  /** By the number of the request, from 0. */
  faults = new Map<number, Fault>();
  file: Buffer = Buffer.alloc(0);
  fileName = 'attachment; filename="quay.png"';
  /** What other requests are answered, by method and path; a POST is answered 202. */
  readonly json = new Map<string, unknown>();
  /** What was posted there. */
  readonly posted: Record<string, unknown>[] = [];
  url = '';
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** The methods that were asked for, in their order. */
  get methods(): readonly string[] {
    return this.seen.map(({ method }) => method);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const fault = this.faults.get(this.seen.push({ method, path, headers }) - 1);
    if (fault?.how === 'answer') {
      request.resume();
      return problem(response, fault.status, fault.code ?? 'unavailable');
    }
    const known = this.json.get(`${method} ${path}`);
    if (known !== undefined) return this.#answer(request, response, known);
    if (method === 'GET') return this.#give(request, response, fault);
    if (method === 'POST') {
      const name = `u${this.uploads.size}`;
      const declared = metadataOf(String(headers['upload-metadata']));
      this.uploads.set(name, {
        bytes: Buffer.alloc(0),
        declared,
        sizeBytes: Number(headers['upload-length']),
      });
      if (fault?.how === 'lose-answer') return void response.destroy();
      return void response.writeHead(201, { location: `/v1/attachments/uploads/${name}` }).end();
    }
    const name = path.split('/').at(-1) ?? '';
    const upload = this.uploads.get(name);
    if (upload === undefined) return problem(response, 404, 'not-found');
    if (method === 'PATCH') {
      if (Number(headers['upload-offset']) !== upload.bytes.length) {
        request.resume();
        return problem(response, 409, 'upload-offset-mismatch');
      }
      await this.#take(request, response, upload, fault);
      if (response.destroyed) return;
      if (fault?.how === 'lose-answer') return void response.destroy();
      if (upload.bytes.length === upload.sizeBytes && digestOf(upload.bytes) !== upload.declared.sha256) {
        return problem(response, 422, 'attachment-digest-mismatch');
      }
    }
    response.writeHead(method === 'HEAD' ? 200 : 204, { 'upload-offset': upload.bytes.length }).end();
  }

  async #answer(request: IncomingMessage, response: ServerResponse, known: unknown): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (request.method === 'POST') this.posted.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    const status = request.method === 'POST' ? 202 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(known));
  }

  async #take(
    request: IncomingMessage,
    response: ServerResponse,
    upload: ServedFile,
    fault: Fault | undefined,
  ): Promise<void> {
    let left = fault?.how === 'break-after' ? fault.bytes : Number.POSITIVE_INFINITY;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        upload.bytes = Buffer.concat([upload.bytes, chunk.subarray(0, left)]);
        left -= chunk.length;
        if (left <= 0) return void response.destroy();
      }
    } catch {
      // The sender broke off; what came is kept.
    }
  }

  #give(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    const whole =
      fault?.how === 'alter' ? Buffer.concat([Buffer.from('x'), this.file.subarray(1)]) : this.file;
    const tag = `"${digestOf(this.file)}"`;
    const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const honours = from !== undefined && request.headers['if-range'] === tag && fault?.how !== 'whole';
    const bytes = honours ? whole.subarray(Number(from)) : whole;
    response.writeHead(honours ? 206 : 200, {
      'content-length': bytes.length,
      'content-disposition': this.fileName,
      'content-type': 'image/png',
      etag: tag,
      ...(honours ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
    });
    if (fault?.how !== 'break-after') return void response.end(bytes);
    response.write(bytes.subarray(0, fault.bytes), () => setTimeout(() => response.destroy(), 20));
  }
}

/** The SHA-256 in hexadecimal digits. */
export function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function problem(response: ServerResponse, status: number, code: string): void {
  const body = JSON.stringify({ type: `urn:chappe:problem:${code}`, title: code, status });
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(body);
}

function metadataOf(header: string): Record<string, string> {
  return Object.fromEntries(
    header.split(',').map((pair) => {
      const [name = '', value = ''] = pair.trim().split(' ');
      return [name, Buffer.from(value, 'base64').toString('utf8')];
    }),
  );
}
