import { type FileHandle, open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isRecord } from '../../problem.ts';
import type { WebhookSecret, WebhookWishes } from '../../webhook-model.ts';
import { code } from '../build-message.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { hostOf, targetErrorInWords } from '../webhook-words.ts';
import { openWebhooks, requireOwn, resolveWebhook, shortId, type WebhookOptions } from './webhook-connect.ts';

/** Where the secret goes. */
interface SecretOptions extends WebhookOptions {
  readonly secretFile?: string;
}

/** The options of `webhook add`. */
export interface AddOptions extends SecretOptions {
  readonly purpose: string;
  readonly lane?: readonly string[];
  readonly kind?: readonly string[];
  readonly role?: readonly string[];
  readonly since?: number;
  readonly signature?: 'v1' | 'v1a';
}

const defaultOverlapHours = 24;

/** Registers a target. */
export async function add(terminal: Terminal, url: string, options: AddOptions): Promise<ExitCode> {
  const webhooks = await openWebhooks(terminal, options);
  const { value, secret, place } = await keepSecret(terminal, options, async () => {
    const registered = await webhooks.register(wishesOf(url, options)).catch((error: unknown) => {
      throw targetErrorInWords(error, terminal);
    });
    return { value: registered.webhook, secret: registered.secret };
  });
  if (options.json === true) {
    printJson(terminal, {
      webhook: value,
      secret: { version: secret.version, ...shownOrFile(secret, place) },
    });
    return exitCodes.ok;
  }
  const { colours, say } = terminal;
  const words = say({ en: 'registered to', fr: 'déclaré vers' });
  terminal.out(`${colours.green('✓')} ${shortId(value)} ${words} ${hostOf(value.url)}`);
  tellSecret(terminal, secret, place);
  terminal.out(
    say({
      en: `Give it to your receiver, then: chappe webhook verify ${shortId(value)}`,
      fr: `Confiez-le à votre récepteur, puis : chappe webhook verify ${shortId(value)}`,
    }),
  );
  return exitCodes.ok;
}

/** Makes a new secret. */
export async function rotate(
  terminal: Terminal,
  name: string,
  options: SecretOptions & { readonly overlap?: number },
): Promise<ExitCode> {
  const webhooks = await openWebhooks(terminal, options);
  const { webhookId } = requireOwn(await resolveWebhook(webhooks, name));
  const overlapHours = options.overlap ?? defaultOverlapHours;
  const { secret, place } = await keepSecret(terminal, options, async () => ({
    value: undefined,
    secret: await webhooks.rotate(webhookId, { overlapS: Math.round(overlapHours * 3_600) }),
  }));
  if (options.json === true) {
    printJson(terminal, { webhookId, version: secret.version, ...shownOrFile(secret, place) });
    return exitCodes.ok;
  }
  const { colours, say } = terminal;
  const words = say({
    en: `has a new secret; the old one signs beside it for ${overlapHours} h`,
    fr: `a un nouveau secret ; l’ancien signe encore à ses côtés ${overlapHours} h`,
  });
  terminal.out(`${colours.green('✓')} ${shortId({ webhookId })} ${words}`);
  tellSecret(terminal, secret, place);
  return exitCodes.ok;
}

function wishesOf(url: string, options: AddOptions): WebhookWishes {
  const { lane, kind, role, since, signature, purpose } = options;
  const filter = {
    ...(lane === undefined ? {} : { lanes: lane.map((each) => each.toLowerCase()) }),
    ...(kind === undefined ? {} : { kinds: kind.map(code) }),
    ...(role === undefined
      ? {}
      : { roles: role.map((each) => each.toUpperCase() as 'ACTION' | 'INFORMATION' | 'NOTICE') }),
  };
  return {
    url,
    purpose,
    ...(Object.keys(filter).length === 0 ? {} : { filter }),
    ...(since === undefined ? {} : { since }),
    ...(signature === undefined ? {} : { signature }),
  };
}

/**
 * Makes a secret only when it can be kept: in a new file that nobody else reads, opened before, or on a screen that
 * somebody sits at. In a pipe it would end in a log.
 */
async function keepSecret<T>(
  terminal: Terminal,
  { secretFile }: SecretOptions,
  make: () => Promise<{ readonly value: T; readonly secret: WebhookSecret }>,
): Promise<{ readonly value: T; readonly secret: WebhookSecret; readonly place: string | undefined }> {
  if (secretFile === undefined) {
    if (terminal.width === undefined) {
      throw new UsageError(
        {
          en: 'a secret is shown on a screen alone, never in a pipe or a log',
          fr: 'un secret ne s’affiche qu’à l’écran, jamais dans un tube ou un journal',
        },
        { en: 'give --secret-file FILE', fr: 'donnez --secret-file FICHIER' },
      );
    }
    return { ...(await make()), place: undefined };
  }
  const path = resolve(terminal.cwd, secretFile);
  const file = await createPrivately(path);
  try {
    const made = await make();
    await file.writeFile(`${made.secret.value}\n`);
    await file.sync();
    return { ...made, place: path };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function createPrivately(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const why = isRecord(error) ? String(error.code) : '';
    if (why === 'EEXIST') {
      throw new UsageError(
        { en: `${path} is already there`, fr: `${path} existe déjà` },
        { en: 'name a new file', fr: 'nommez un nouveau fichier' },
      );
    }
    throw new UsageError({
      en: `${path} cannot be written (${why}); nothing was asked for`,
      fr: `${path} ne peut être écrit (${why}) ; rien n’a été demandé`,
    });
  }
}

function shownOrFile(secret: WebhookSecret, place: string | undefined) {
  return place === undefined ? { value: secret.value } : { secretFile: place };
}

function tellSecret({ say, out, colours }: Terminal, secret: WebhookSecret, place: string | undefined): void {
  if (place !== undefined) {
    out(
      say({
        en: `Its secret is in ${place}, for you alone to read.`,
        fr: `Son secret est dans ${place}, lisible par vous seul.`,
      }),
    );
    return;
  }
  out(say({ en: 'Its secret, shown this once:', fr: 'Son secret, affiché cette seule fois :' }));
  out(`  ${colours.bold(secret.value)}`);
}
