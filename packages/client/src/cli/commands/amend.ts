import type { ChappeClient } from '../../create-client.ts';
import type { OriginalMessage } from '../../original-message.ts';
import { isRecord } from '../../problem.ts';
import {
  type FollowUpContext,
  type FollowUpDraft,
  type FollowUpOptions,
  sendFollowUp,
} from '../compose-follow-up.ts';
import type { ExitCode } from '../exit-codes.ts';
import { readBodyFields, readGivenText } from '../read-text.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `correct`. */
export interface CorrectOptions extends FollowUpOptions {
  readonly reason: string;
  readonly title?: string;
}

/** Where each kind that can be corrected has its body in a CORRECTION, and which field is its text. */
const correctable: Readonly<Record<string, { readonly field: string; readonly text: string }>> = {
  LEAD: { field: 'lead', text: 'text' },
  SUPPLEMENT: { field: 'supplement', text: 'text' },
  INFORMATION_REQUEST: { field: 'informationRequest', text: 'question' },
  REPLY: { field: 'reply', text: 'content' },
  DISPATCH: { field: 'dispatch', text: 'instruction' },
  DISCLOSURE: { field: 'disclosure', text: 'content' },
  CLOSURE: { field: 'closure', text: 'feedback' },
};

/** Corrects a sent message: everything of its body stays but what is given anew. */
export async function correct(
  terminal: Terminal,
  name: string,
  words: string | undefined,
  options: CorrectOptions,
): Promise<ExitCode> {
  const text = await readGivenText(terminal, words, options);
  const fields = await readBodyFields(terminal, options);
  const changes = { ...(options.title === undefined ? {} : { title: options.title }), ...fields };
  // The file has been read; what follows must not lay it over the correction itself.
  const { body: _, ...rest } = options;
  return sendFollowUp(terminal, name, 'sent', rest, (context) =>
    composeCorrection(context, options.reason, text, changes),
  );
}

async function composeCorrection(
  { client, original }: FollowUpContext,
  reason: string,
  text: string | undefined,
  changes: Readonly<Record<string, unknown>>,
): Promise<FollowUpDraft> {
  const { corrected, kind, body } = await latestBody(client, original);
  const place = correctable[kind];
  if (place === undefined) {
    throw new UsageError(
      { en: `a ${kind} cannot be corrected`, fr: `un ${kind} ne se corrige pas` },
      { en: 'cancel it: chappe cancel', fr: 'annulez-le : chappe cancel' },
    );
  }
  const mended = { ...body, ...changes, ...(text === undefined ? {} : { [place.text]: text }) };
  if (JSON.stringify(mended) === JSON.stringify(body)) {
    throw new UsageError(
      { en: 'Nothing would be corrected.', fr: 'Rien ne serait corrigé.' },
      {
        en: 'give the right text, --title, or --body with the right fields',
        fr: 'donnez le bon texte, --title, ou --body avec les bons champs',
      },
    );
  }
  return {
    kind: 'CORRECTION',
    asUrgent: true,
    header: { supersedes: corrected },
    body: { reason, [place.field]: mended },
    next: (reference) => `chappe track ${reference}`,
  };
}

/**
 * The body as it stands now. A second correction rests on the first, which it would silently undo otherwise; and
 * whoever names a correction means what it corrects.
 */
async function latestBody(
  client: ChappeClient,
  original: OriginalMessage,
): Promise<{ readonly corrected: string; readonly kind: string; readonly body: Record<string, unknown> }> {
  const corrected = original.message.supersedes ?? original.messageId;
  const { items } = await client.thread(original.threadId);
  const own = items.filter((entry) => entry.direction === 'sent' && entry.state === 'ACCEPTED');
  const first = own.find((entry) => entry.messageId === corrected)?.message ?? original.message;
  const last = own.filter((entry) => entry.message?.supersedes === corrected).at(-1)?.message;
  const field = correctable[first.kind]?.field ?? '';
  const correction: Readonly<Record<string, unknown>> = { ...last?.body };
  const body = correction[field];
  return { corrected, kind: first.kind, body: isRecord(body) ? body : { ...first.body } };
}

/** The options of `cancel`. */
export interface CancelOptions extends FollowUpOptions {
  readonly reason: string;
  readonly delete?: boolean;
}

/** Withdraws a sent message from everybody who ever got it. */
export async function cancel(terminal: Terminal, name: string, options: CancelOptions): Promise<ExitCode> {
  return sendFollowUp(terminal, name, 'sent', options, ({ original }) => ({
    kind: 'CANCELLATION',
    asUrgent: true,
    header: { cancels: original.messageId },
    body: { reason: options.reason, action: options.delete === true ? 'DELETE' : 'STOP_USE' },
    next: (reference) => `chappe track ${reference}`,
  }));
}
