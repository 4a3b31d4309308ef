import type { AttachmentJson } from '@chappe/schemas';
import type { ChappeClient } from '../../create-client.ts';
import { ChappeProblem } from '../../problem.ts';
import { attachmentLines, sizeText } from '../attachments/describe-attachments.ts';
import { drawTransfer } from '../attachments/draw-transfer.ts';
import { type SaveOptions, saveDownload } from '../attachments/save-download.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findOriginal } from '../find-original.ts';
import { printJson } from '../print-json.ts';
import { readName } from '../resolve-message-name.ts';
import { oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `attachment list` and `attachment get`. */
export interface AttachmentOptions extends GlobalOptions, SaveOptions {
  /** Why the archive is consulted; without it the message is one received or sent. */
  readonly reason?: string;
  readonly client?: boolean;
}

interface FoundFiles {
  readonly messageId: string;
  readonly attachments: readonly AttachmentJson[];
}

/** Lists the files of a message. */
export async function listAttachments(
  terminal: Terminal,
  name: string,
  options: AttachmentOptions,
): Promise<ExitCode> {
  const client = await openClient(await resolveConnection(terminal, options), options);
  const { messageId, attachments } = await findFiles(client, name, options.reason);
  if (options.json === true) printJson(terminal, { messageId, items: attachments });
  else if (attachments.length === 0)
    terminal.out(terminal.say({ en: 'No attachments.', fr: 'Aucune pièce jointe.' }));
  else for (const line of attachmentLines(attachments, terminal)) terminal.out(line);
  return exitCodes.ok;
}

/** Fetches one file of a message and proves that its bytes are those that its sender named. */
export async function getAttachment(
  terminal: Terminal,
  name: string,
  which: string | undefined,
  options: AttachmentOptions,
): Promise<ExitCode> {
  const client = await openClient(await resolveConnection(terminal, options), options);
  const { reason } = options;
  const { messageId, attachments } = await findFiles(client, name, reason);
  const chosen = choose(terminal, attachments, which);
  const draw = options.json === true ? undefined : drawTransfer(terminal, chosen.fileName);
  const doing = terminal.say({ en: 'fetching', fr: 'réception' });
  const download = await client.attachments.download(messageId, chosen.sha256, {
    signal: terminal.signal,
    onProgress: (progress) => draw?.(progress, doing),
    ...(reason === undefined ? {} : { reason }),
  });
  const path = await saveDownload(terminal, download, options).finally(() => terminal.redraw());
  const { sha256, mediaType, sizeBytes } = chosen;
  if (options.json === true) {
    printJson(terminal, { messageId, sha256, mediaType, sizeBytes, path });
    return exitCodes.ok;
  }
  terminal.out(
    `${terminal.colours.green('✓')} ${oneLine(path)}  ${mediaType}  ${sizeText(sizeBytes, terminal)}`,
  );
  terminal.out(terminal.colours.dim(`  sha256 ${sha256}`));
  return exitCodes.ok;
}

/** With a reason, of the archive: there a message is named by its id, unless this correspondent also holds it. */
async function findFiles(
  client: ChappeClient,
  name: string,
  reason: string | undefined,
): Promise<FoundFiles> {
  if (reason === undefined) {
    const { messageId, message } = await findOriginal(client, name, 'either');
    return { messageId, attachments: message.attachments ?? [] };
  }
  const named = await readName(name);
  const messageId =
    'messageId' in named ? named.messageId : (await findOriginal(client, name, 'either')).messageId;
  const { message } = await client.archive.read(messageId, { reason });
  return { messageId, attachments: message.attachments ?? [] };
}

/** The file of this number or digest; where there is but one it need not be said. */
function choose(
  terminal: Terminal,
  attachments: readonly AttachmentJson[],
  which: string | undefined,
): AttachmentJson {
  const [only, ...others] = attachments;
  if (only === undefined) {
    throw new ChappeProblem({
      type: 'urn:chappe:problem:not-found',
      title: terminal.say({
        en: 'This message has no attachments that you may see.',
        fr: 'Ce message n’a pas de pièce jointe que vous puissiez voir.',
      }),
      status: 404,
    });
  }
  if (which === undefined) {
    if (others.length === 0) return only;
    for (const line of attachmentLines(attachments, terminal)) terminal.err(line);
    throw new UsageError(
      { en: 'Which of them?', fr: 'Laquelle ?' },
      { en: 'add its number or its SHA-256', fr: 'ajoutez son numéro ou son SHA-256' },
    );
  }
  const wanted = which.toLowerCase();
  const found = /^[1-9]\d?$/.test(wanted)
    ? attachments[Number(wanted) - 1]
    : attachments.find(({ sha256 }) => sha256 === wanted);
  if (found !== undefined) return found;
  throw new UsageError(
    { en: `this message has no attachment ${which}`, fr: `ce message n'a pas de pièce jointe ${which}` },
    {
      en: 'list them: chappe attachment list <message>',
      fr: 'affichez-les : chappe attachment list <message>',
    },
  );
}
