/** One header that is not as it must be. The detail never quotes what was sent. */
export interface UploadFinding {
  readonly code: 'invalid-value' | 'missing-field' | 'unknown-field' | 'duplicate-name';
  readonly pointer: string;
  readonly detail: string;
}

/** What the creation of an upload says of the file. */
export interface UploadAnnouncement {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly mediaType: string;
  /** `Upload-Metadata` as it was sent, to be told back. */
  readonly metadata: string;
}

const longestMetadata = 4_096;
const mediaTypeForm = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/;
const lengthForm = /^(0|[1-9][0-9]{0,14})$/;
const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Marks that change the direction or the look of a name without being seen, and separators of folders. */
const strangeInNames = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}/\\]/u;
const fileNamePointer = 'headers:/upload-metadata/fileName';

/** A count of bytes as tus writes it: digits, nothing before or after; undefined for everything else. */
export function readByteCount(text: unknown): number | undefined {
  return typeof text === 'string' && lengthForm.test(text) ? Number(text) : undefined;
}

/** Reads what a creation announces: `Upload-Length` and `Upload-Metadata` of the tus protocol, version 1.0. */
export function readUploadAnnouncement(headers: {
  readonly uploadLength: unknown;
  readonly uploadMetadata: unknown;
}): { announcement: UploadAnnouncement } | { findings: readonly UploadFinding[] } {
  const { uploadLength, uploadMetadata } = headers;
  const sizeBytes = readByteCount(uploadLength);
  const findings: UploadFinding[] = [];
  if (sizeBytes === undefined) {
    findings.push(
      uploadLength === undefined
        ? missing('/upload-length', 'the length of the whole file is needed')
        : invalid('/upload-length', 'is not a count of bytes'),
    );
  }
  const read = readMetadata(uploadMetadata);
  findings.push(...read.findings);
  const { sha256 = '', mediaType = '', fileName } = read.values;
  if (read.findings.length === 0) findings.push(...judgeValues(read.values));
  if (findings.length > 0 || sizeBytes === undefined) return { findings };
  if (fileName !== undefined && isStrangeName(fileName)) {
    return { findings: [{ code: 'invalid-value', pointer: fileNamePointer, detail: 'is not a file name' }] };
  }
  return { announcement: { sizeBytes, sha256, mediaType, metadata: String(uploadMetadata) } };
}

const knownNames = ['sha256', 'mediaType', 'fileName'] as const;

type Metadata = Partial<Record<(typeof knownNames)[number], string>>;

function judgeValues({ sha256, mediaType }: Metadata): UploadFinding[] {
  return [
    ...(sha256 === undefined
      ? [missing('/upload-metadata/sha256', 'the SHA-256 of the whole file is needed')]
      : /^[0-9a-f]{64}$/.test(sha256)
        ? []
        : [invalid('/upload-metadata/sha256', 'is not 64 lower-case hexadecimal digits')]),
    ...(mediaType === undefined
      ? [missing('/upload-metadata/mediaType', 'the media type is needed')]
      : mediaType.length <= 100 && mediaTypeForm.test(mediaType)
        ? []
        : [invalid('/upload-metadata/mediaType', 'is not a media type in lower case without parameters')]),
  ];
}

function readMetadata(text: unknown): { values: Metadata; findings: UploadFinding[] } {
  if (text === undefined || text === '') {
    return { values: {}, findings: [missing('/upload-metadata', 'sha256 and mediaType are needed')] };
  }
  if (typeof text !== 'string' || text.length > longestMetadata) {
    return {
      values: {},
      findings: [invalid('/upload-metadata', `is longer than ${longestMetadata} characters`)],
    };
  }
  const values: Metadata = {};
  const findings: UploadFinding[] = [];
  for (const pair of text.split(',')) {
    const [name = '', value = '', ...more] = pair.trim().split(' ');
    const known = knownNames.find((each) => each === name);
    const decoded = decode(value);
    if (known === undefined) findings.push(unknownName);
    else if (values[known] !== undefined) findings.push(twice(known));
    else if (more.length > 0 || decoded === undefined) {
      findings.push(invalid(`/upload-metadata/${known}`, 'is not Base64 of UTF-8'));
    } else values[known] = decoded;
  }
  return { values, findings: findings.slice(0, 5) };
}

function decode(base64: string): string | undefined {
  if (!base64Form.test(base64)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    // Not UTF-8.
    return undefined;
  }
}

function isStrangeName(name: string): boolean {
  return name === '' || [...name].length > 200 || name === '.' || name === '..' || strangeInNames.test(name);
}

const unknownName: UploadFinding = {
  code: 'unknown-field',
  pointer: 'headers:/upload-metadata',
  detail: `only ${knownNames.join(', ')} are known`,
};

function twice(name: string): UploadFinding {
  return { code: 'duplicate-name', pointer: `headers:/upload-metadata/${name}`, detail: 'is given twice' };
}

function invalid(place: string, detail: string): UploadFinding {
  return { code: 'invalid-value', pointer: `headers:${place}`, detail };
}

function missing(place: string, detail: string): UploadFinding {
  return { code: 'missing-field', pointer: `headers:${place}`, detail };
}
