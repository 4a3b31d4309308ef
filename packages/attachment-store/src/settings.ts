import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** Where attachments are kept. */
export type AttachmentStoreSettings = DiskSettings | S3Settings;

/** A directory of this machine, or one that all replicas share. */
export interface DiskSettings {
  readonly store: 'disk';
  readonly directory: string;
}

/** A bucket of an S3-compatible server. */
export interface S3Settings {
  readonly store: 's3';
  /** Null: that of the region, at the provider whose protocol it is. */
  readonly endpoint: string | null;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The environment variables of the store, as a raw zod shape for a service's configuration. */
export const attachmentStoreSettingsShape = {
  /** Without it the deployment takes and serves no attachments. */
  ATTACHMENTS_STORE: z.enum(['disk', 's3']).optional(),
  ATTACHMENTS_DIRECTORY: z.string().refine(isAbsolute, 'must be an absolute path').optional(),
  ATTACHMENTS_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  ATTACHMENTS_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .optional(),
  ATTACHMENTS_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .default('us-east-1'),
  ATTACHMENTS_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  ATTACHMENTS_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** A file that holds the secret key, readable by its owner alone. */
  ATTACHMENTS_S3_SECRET_ACCESS_KEY_FILE: z.string().min(1).optional(),
};

/** The parsed form of `attachmentStoreSettingsShape`. */
export type AttachmentStoreEnvironment = z.output<z.ZodObject<typeof attachmentStoreSettingsShape>>;

/** What is wrong with the settings taken together: a variable, and what it must be. For `superRefine`. */
export function attachmentStoreProblems(
  environment: AttachmentStoreEnvironment & { readonly CHAPPE_PROFILE: string },
): { path: [string]; message: string }[] {
  const missing = (name: keyof AttachmentStoreEnvironment) =>
    environment[name] === undefined
      ? [
          {
            path: [name] as [string],
            message: `is needed with ATTACHMENTS_STORE=${environment.ATTACHMENTS_STORE}`,
          },
        ]
      : [];
  switch (environment.ATTACHMENTS_STORE) {
    case undefined:
      return [];
    case 'disk':
      return missing('ATTACHMENTS_DIRECTORY');
    case 's3':
      return [
        ...missing('ATTACHMENTS_S3_BUCKET'),
        ...missing('ATTACHMENTS_S3_ACCESS_KEY_ID'),
        ...secretProblems(environment),
        ...endpointProblems(environment),
      ];
  }
}

function secretProblems(environment: AttachmentStoreEnvironment): { path: [string]; message: string }[] {
  const given = [
    environment.ATTACHMENTS_S3_SECRET_ACCESS_KEY,
    environment.ATTACHMENTS_S3_SECRET_ACCESS_KEY_FILE,
  ].filter((each) => each !== undefined);
  if (given.length === 1) return [];
  const message = 'or ATTACHMENTS_S3_SECRET_ACCESS_KEY_FILE is needed, and not both';
  return [{ path: ['ATTACHMENTS_S3_SECRET_ACCESS_KEY'], message }];
}

/** Plain http only to this machine, and only in the demonstration. */
function endpointProblems({
  ATTACHMENTS_S3_ENDPOINT: endpoint,
  CHAPPE_PROFILE,
}: AttachmentStoreEnvironment & { readonly CHAPPE_PROFILE: string }): { path: [string]; message: string }[] {
  if (endpoint === undefined || new URL(endpoint).protocol === 'https:') return [];
  const { hostname } = new URL(endpoint);
  const isLoopback =
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (CHAPPE_PROFILE === 'demonstration' && isLoopback) return [];
  return [{ path: ['ATTACHMENTS_S3_ENDPOINT'], message: 'must use https' }];
}

/** The settings cannot be used; names the variable, never its value. */
export class AttachmentSettingsRefused extends Error {
  override readonly name = 'AttachmentSettingsRefused';
  readonly code = 'ATTACHMENT_SETTINGS_REFUSED';
  /** Written for operators, without any value. */
  readonly loggable = true;
}

/** Turns the parsed environment, free of problems, into settings; undefined where no store is named. */
export function readAttachmentStoreSettings(
  environment: AttachmentStoreEnvironment & { readonly CHAPPE_PROFILE: string },
): AttachmentStoreSettings | undefined {
  const [problem] = attachmentStoreProblems(environment);
  if (problem !== undefined) throw new AttachmentSettingsRefused(`${problem.path[0]} ${problem.message}`);
  if (environment.ATTACHMENTS_STORE === undefined) return undefined;
  if (environment.ATTACHMENTS_STORE === 'disk') {
    return { store: 'disk', directory: environment.ATTACHMENTS_DIRECTORY ?? '' };
  }
  return {
    store: 's3',
    endpoint: environment.ATTACHMENTS_S3_ENDPOINT ?? null,
    bucket: environment.ATTACHMENTS_S3_BUCKET ?? '',
    region: environment.ATTACHMENTS_S3_REGION,
    accessKeyId: environment.ATTACHMENTS_S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: secretOf(environment),
  };
}

function secretOf({
  ATTACHMENTS_S3_SECRET_ACCESS_KEY: given,
  ATTACHMENTS_S3_SECRET_ACCESS_KEY_FILE: file,
  CHAPPE_PROFILE,
}: AttachmentStoreEnvironment & { readonly CHAPPE_PROFILE: string }): string {
  if (file === undefined) return given ?? '';
  const name = 'ATTACHMENTS_S3_SECRET_ACCESS_KEY_FILE';
  let secret: string;
  try {
    secret = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new AttachmentSettingsRefused(`${name} cannot be read`, { cause: error });
  }
  if (secret === '') throw new AttachmentSettingsRefused(`${name} is empty`);
  if (CHAPPE_PROFILE === 'production' && secret.startsWith('demo-')) {
    throw new AttachmentSettingsRefused(`${name} carries a demonstration secret (prefix demo-)`);
  }
  return secret;
}
