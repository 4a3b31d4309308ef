import type { ChappeClient } from '../../create-client.ts';
import type { RoutingAnswer } from '../../routing-answer.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findItem } from '../find-original.ts';
import type { Text } from '../language.ts';
import { printJson } from '../print-json.ts';
import { oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const mostRecipients = 50;

/**
 * Says why somebody got a message, or did not. Without a correspondent the sender is told of every recipient that it
 * may know of, and whoever received it of itself.
 */
export async function why(
  terminal: Terminal,
  name: string,
  correspondent: string | undefined,
  options: GlobalOptions & { readonly client?: boolean },
): Promise<ExitCode> {
  const client = await openClient(await resolveConnection(terminal, options), options);
  const item = await findItem(client, name, 'either');
  const { messageId } = item;
  const asked =
    correspondent === undefined ? await whomToAskAbout(client, messageId, 'state' in item) : [correspondent];
  const answers: RoutingAnswer[] = [];
  for (const each of asked) answers.push(await client.why(messageId, each));
  if (options.json === true) printJson(terminal, { items: answers });
  else for (const line of answers.flatMap((answer) => answerLines(answer, terminal))) terminal.out(line);
  return exitCodes.ok;
}

async function whomToAskAbout(
  client: ChappeClient,
  messageId: string,
  isOwn: boolean,
): Promise<readonly string[]> {
  if (!isOwn) return [(await client.me()).actingAs.code];
  const { items, state } = await client.sent.tracking(messageId);
  // Refused to all: whoever is asked about, the answer is why.
  if (state === 'REFUSED') return [(await client.me()).actingAs.code];
  if (items.length > 0) return items.slice(0, mostRecipients).map((item) => item.correspondent);
  throw new UsageError(
    { en: 'It has reached nobody yet.', fr: "Il n'est encore arrivé à personne." },
    {
      en: 'name the correspondent you wonder about: chappe why MESSAGE desk:cyber',
      fr: 'nommez le correspondant en question : chappe why MESSAGE desk:cyber',
    },
  );
}

type Answer = Pick<RoutingAnswer, 'correspondent' | 'role'>;

const verdicts: Readonly<Record<RoutingAnswer['answer'], (answer: Answer) => Text>> = {
  SERVED: ({ correspondent, role }) => ({
    en: `${correspondent} got it, for ${role}.`,
    fr: `${correspondent} l'a reçu, pour ${role}.`,
  }),
  NOTICED: ({ correspondent }) => ({
    en: `${correspondent} got a bare notice of it.`,
    fr: `${correspondent} n'en a reçu qu'un avis.`,
  }),
  NOT_SERVED: ({ correspondent }) => ({
    en: `${correspondent} did not get it.`,
    fr: `${correspondent} ne l'a pas reçu.`,
  }),
  NOT_CONCERNED: ({ correspondent }) => ({
    en: `Nothing that you may know of brought it to ${correspondent}.`,
    fr: `Rien que vous puissiez savoir ne l'a mené à ${correspondent}.`,
  }),
  REFUSED: () => ({
    en: 'It was refused and reached nobody.',
    fr: "Il a été refusé, et n'est arrivé à personne.",
  }),
  SPOKEN_FOR: ({ correspondent, role }) => ({
    en: `Under the directory of now, ${correspondent} would get it, for ${role}. Whether it did is not told here.`,
    fr: `Selon l'annuaire actuel, ${correspondent} le recevrait, pour ${role}. S'il l'a reçu n'est pas dit ici.`,
  }),
  RESTRICTED: ({ correspondent }) => ({
    en: `Under the directory of now, ${correspondent} may not get it.`,
    fr: `Selon l'annuaire actuel, ${correspondent} ne peut le recevoir.`,
  }),
};

function answerLines(answer: RoutingAnswer, terminal: Terminal): readonly string[] {
  const { say, colours, language } = terminal;
  const told = verdicts[answer.answer]?.(answer);
  const head = told === undefined ? `${answer.correspondent}: ${answer.answer}` : say(told);
  const reasons = answer.reasons.map(({ code, ruleId, ...words }) => {
    const rule = ruleId === undefined ? '' : ` [${ruleId}]`;
    return `  – ${oneLine(words[language] ?? code)}${colours.dim(rule)}`;
  });
  return [colours.bold(head), ...reasons];
}
