import { UnexpectedAnswer } from '../problem.ts';
import type { ApiRequest, Transport } from '../transport.ts';
import { openOrRefuse } from './open-or-refuse.ts';

// https://tus.io/protocols/resumable-upload, version 1.0.0, with its extension creation.
const uploads = '/v1/attachments/uploads';
const version = { 'tus-resumable': '1.0.0' };

/** A slower link than this is as good as none; a part is waited for no longer. */
const leastBytesPerS = 1_024;

/** Begins an upload; resolves with the name under which it goes on. */
export async function createUpload(
  transport: Transport,
  sizeBytes: number,
  metadata: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<string> {
  const pairs = Object.entries(metadata).map(([name, value]) => `${name} ${base64(value)}`);
  const response = await answered(transport, signal, 0, {
    method: 'POST',
    path: uploads,
    headers: { ...version, 'upload-length': String(sizeBytes), 'upload-metadata': pairs.join(',') },
  });
  const location = response.headers.get('location') ?? '';
  // Only its last part is used: no answer can lead the token to another host.
  const name = /\/v1\/attachments\/uploads\/([A-Za-z0-9_.-]{1,200})$/.exec(location)?.[1];
  if (name === undefined) throw new UnexpectedAnswer('the answer does not say where the upload goes on');
  return name;
}

/** How much of an upload the server holds. */
export async function askOffset(
  transport: Transport,
  name: string,
  totalBytes: number,
  signal?: AbortSignal,
): Promise<number> {
  const path = `${uploads}/${encodeURIComponent(name)}`;
  const response = await answered(transport, signal, 0, { method: 'HEAD', path, headers: version });
  return readOffset(response, 0, totalBytes);
}

/** Sends a part; resolves with how much the server then holds. */
export async function sendPart(
  transport: Transport,
  { name, from, part, totalBytes }: { name: string; from: number; part: Blob; totalBytes: number },
  signal?: AbortSignal,
): Promise<number> {
  const response = await answered(transport, signal, part.size, {
    method: 'PATCH',
    path: `${uploads}/${encodeURIComponent(name)}`,
    headers: { ...version, 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' },
    content: part,
  });
  return readOffset(response, from, totalBytes);
}

async function answered(
  transport: Transport,
  signal: AbortSignal | undefined,
  sentBytes: number,
  request: ApiRequest,
): Promise<Response> {
  const sendingMs = Math.ceil((sentBytes / leastBytesPerS) * 1_000);
  const timeout = AbortSignal.timeout(transport.settings.timeoutMs + sendingMs);
  const bounded = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const response = await openOrRefuse(transport, { ...request, signal: bounded });
  await response.body?.cancel();
  return response;
}

function readOffset(response: Response, least: number, most: number): number {
  const text = response.headers.get('upload-offset') ?? '';
  const offset = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (offset >= least && offset <= most) return offset;
  throw new UnexpectedAnswer('the answer does not say how much of the upload the server holds');
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
