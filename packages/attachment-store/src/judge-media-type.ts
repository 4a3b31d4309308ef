import { filetypeinfo } from 'magic-bytes.js';
import type { ContentRefusal } from './uploads/upload-record.ts';

/** How many leading bytes are looked at. Nothing behind them is, and nothing is ever unpacked. */
export const leadingBytes = 4_096;

/** What is taken unless the deployment says otherwise: what people of this field send one another. */
export const defaultMediaTypes: readonly string[] = [
  ...['jpeg', 'png', 'gif', 'webp', 'tiff', 'bmp', 'heic', 'heif', 'avif'].map((name) => `image/${name}`),
  ...['plain', 'csv', 'markdown', 'xml'].map((name) => `text/${name}`),
  ...['mpeg', 'mp4', 'wav', 'ogg', 'flac', 'aac', 'amr'].map((name) => `audio/${name}`),
  ...['mp4', 'quicktime', 'webm', 'x-matroska', 'x-msvideo', '3gpp', 'mpeg'].map((name) => `video/${name}`),
  'application/pdf',
  'application/rtf',
  'application/json',
  'application/xml',
  'message/rfc822',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.ms-outlook',
  ...['wordprocessingml.document', 'spreadsheetml.sheet', 'presentationml.presentation'].map(
    (name) => `application/vnd.openxmlformats-officedocument.${name}`,
  ),
  ...['text', 'spreadsheet', 'presentation'].map((name) => `application/vnd.oasis.opendocument.${name}`),
  ...['zip', 'gzip', 'x-7z-compressed', 'vnd.rar', 'x-tar'].map((name) => `application/${name}`),
];

const textTypes: readonly string[] = [
  'application/json',
  'application/xml',
  'application/csv',
  'message/rfc822',
  'application/rtf',
];

type Signature = (head: Buffer) => boolean;

const starts =
  (...bytes: readonly number[]): Signature =>
  (head) =>
    bytes.every((byte, index) => head[index] === byte);
const says =
  (text: string, offset = 0): Signature =>
  (head) =>
    head.toString('latin1', offset, offset + text.length) === text;
const any =
  (...signatures: readonly Signature[]): Signature =>
  (head) =>
    signatures.some((fits) => fits(head));
/** ISO base media: MP4, QuickTime, 3GPP, HEIF, AVIF. Which of them, its brand says. */
const brand =
  (...brands: readonly string[]): Signature =>
  (head) =>
    says('ftyp', 4)(head) && brands.some((name) => says(name, 8)(head));

const zip = any(says('PK\x03\x04'), says('PK\x05\x06'), says('PK\x07\x08'));
const compound = starts(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);
const tar: Signature = says('ustar', 257);
const mpegAudio: Signature = (head) =>
  says('ID3')(head) || (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0);
const matroska = starts(0x1a, 0x45, 0xdf, 0xa3);

/** Types whose files begin in a way of which the library knows too little, or too much. */
const signatures: readonly (readonly [RegExp, Signature])[] = [
  [/^application\/(zip|x-zip-compressed)$/, zip],
  [/^application\/vnd\.(openxmlformats-officedocument|oasis\.opendocument)\./, zip],
  [/^application\/(msword|vnd\.ms-(excel|powerpoint|outlook))$/, compound],
  [/^application\/x-tar$/, tar],
  [/^application\/(gzip|x-gzip)$/, starts(0x1f, 0x8b)],
  [/^application\/x-7z-compressed$/, starts(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c)],
  [/^application\/(vnd\.rar|x-rar-compressed)$/, says('Rar!\x1a\x07')],
  [/^application\/pdf$/, says('%PDF-')],
  [/^image\/jpeg$/, starts(0xff, 0xd8, 0xff)],
  [/^image\/png$/, starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  [/^image\/gif$/, any(says('GIF87a'), says('GIF89a'))],
  [/^image\/webp$/, (head) => says('RIFF')(head) && says('WEBP', 8)(head)],
  [/^image\/tiff$/, any(says('II*\0'), says('MM\0*'))],
  [/^image\/bmp$/, says('BM')],
  [/^image\/(heic|heif)$/, brand('heic', 'heix', 'hevc', 'heim', 'heis', 'hevm', 'mif1', 'msf1')],
  [/^image\/avif$/, brand('avif', 'avis', 'mif1')],
  [/^(audio\/(mp4|x-m4a)|video\/(mp4|quicktime|3gpp|3gpp2|x-m4v))$/, says('ftyp', 4)],
  [/^audio\/mpeg$/, mpegAudio],
  [/^audio\/aac$/, any(says('ADIF'), (head) => head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0)],
  [/^audio\/(wav|x-wav|vnd\.wave)$/, (head) => says('RIFF')(head) && says('WAVE', 8)(head)],
  [/^video\/(x-msvideo|avi)$/, (head) => says('RIFF')(head) && says('AVI ', 8)(head)],
  [/^(audio|video|application)\/ogg$/, says('OggS')],
  [/^audio\/flac$/, says('fLaC')],
  [/^audio\/(amr|amr-wb)$/, says('#!AMR')],
  [/^(audio|video)\/(webm|x-matroska)$/, matroska],
  [/^video\/mpeg$/, any(starts(0, 0, 1, 0xba), starts(0, 0, 1, 0xb3), says('G'))],
];

/** What a machine would run: refused whatever it is called. */
const executables: Signature = any(
  (head) => says('MZ')(head) && looksBinary(head),
  starts(0x7f, 0x45, 0x4c, 0x46),
  ...[0xfe, 0xcf, 0xce].flatMap((byte) => [starts(0xfe, 0xed, 0xfa, byte), starts(byte, 0xfa, 0xed, 0xfe)]),
  starts(0xca, 0xfe, 0xba, 0xbe),
  starts(0xca, 0xfe, 0xd0, 0x0d),
  says('dex\n'),
  starts(0, 0x61, 0x73, 0x6d),
  starts(0x4c, 0, 0, 0, 1, 0x14, 2, 0),
  (head) => says('#!')(head) && !says('#!AMR')(head),
  starts(0xef, 0xbb, 0xbf, 0x23, 0x21),
);

const programNames = new Set([
  'exe',
  'dll',
  'elf',
  'class',
  'dex',
  'wasm',
  'jar',
  'apk',
  'msi',
  'cab',
  'deb',
  'rpm',
  'com',
  'sys',
  'scr',
]);

/**
 * Whether a file may be kept as what it is declared to be, from its first bytes alone. Containers are named by
 * their container: a spreadsheet is known to be a ZIP, not to be a spreadsheet. `text/html` and SVG are not on the
 * default list because they can hold programs.
 */
export function judgeMediaType(
  declared: string,
  head: Buffer,
  allowed: readonly string[],
): Exclude<ContentRefusal, 'digest-differs'> | null {
  if (!allowed.includes(declared)) return 'type-not-allowed';
  if (executables(head)) return 'executable';
  const signature = signatures.find(([types]) => types.test(declared))?.[1];
  if (signature !== undefined) return signature(head) ? null : 'type-differs';
  if (isTextType(declared)) return isText(head) ? null : 'type-differs';
  const guesses = filetypeinfo(head);
  if (guesses.some(({ typename }) => programNames.has(typename))) return 'executable';
  const known = guesses.flatMap(({ mime }) => (mime === undefined ? [] : [mime]));
  return known.length === 0 || known.includes(declared) ? null : 'type-differs';
}

function isTextType(declared: string): boolean {
  return declared.startsWith('text/') || textTypes.includes(declared) || /\+(json|xml)$/.test(declared);
}

/** UTF-8 or UTF-16 with its mark, or an older 8-bit alphabet: no NUL, hardly a control character. */
function isText(head: Buffer): boolean {
  if (any(starts(0xff, 0xfe), starts(0xfe, 0xff))(head)) return true;
  if (head.includes(0)) return false;
  return (
    !looksBinary(head) &&
    filetypeinfo(head).every(({ mime }) => mime === undefined || /text|xml|json|rtf/.test(mime))
  );
}

function looksBinary(head: Buffer): boolean {
  const strange = head.filter(
    (byte) => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 0x1b,
  );
  return strange.length > head.length / 50;
}
