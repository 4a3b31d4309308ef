import { readFileSync } from 'node:fs';
import { deriveMessageId, type Message, type MessageRequest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import {
  givenMessage,
  givenSuspended,
  newSubmissionId,
  noonMs,
  type RequestChange,
} from '../../test/given.ts';
import { ThreadHistory } from '../../test/thread-history.ts';

interface ExampleMessage {
  readonly name: string;
  readonly from: string;
  /** Who is suspended when it is decided. */
  readonly suspended?: readonly string[];
  readonly kind: MessageRequest['kind'];
  readonly body: MessageRequest['body'];
}

interface Example {
  readonly messages: readonly ExampleMessage[];
}

const page = readFileSync(new URL('../../../../docs/routing-examples.md', import.meta.url), 'utf8');
const examples = [
  ...page.matchAll(/^## (.+)$([\s\S]*?)^```json\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm),
];

describe('docs/routing-examples.md', () => {
  it('tells ten examples', () => {
    expect(examples).toHaveLength(10);
    expect([...page.matchAll(/^## /gm)]).toHaveLength(10);
  });

  it.each(examples.map(([, title, , given, answer]) => [title, given, answer] as const))(
    '%s',
    (_title, given, answer) => {
      expect(run(JSON.parse(given ?? '') as Example)).toBe(answer);
    },
  );
});

/** Decides each message on its own, in order, then ends the waits. */
function run({ messages }: Example): string {
  const ids = new Map(messages.map(({ name, from }) => [name, identityOf(from)]));
  const made = messages.map((each) => {
    const directory = givenSuspended(...(each.suspended ?? []));
    return [each.name, messageOf(each, ids), directory] as const;
  });
  const history = new ThreadHistory();
  for (const [, message, directory] of made) history.route([message], { directory });
  history.sweep(noonMs + 60_000);
  const names = new Map(made.map(([name, { messageId }]) => [messageId, name]));
  return made.map(([name, message]) => tell(name, history, message, names)).join('');
}

function identityOf(from: string): { submissionId: string; messageId: string } {
  const submissionId = newSubmissionId();
  return { submissionId, messageId: deriveMessageId(from, submissionId) };
}

function messageOf(
  { name, from, suspended: _, kind, body, ...header }: ExampleMessage,
  ids: ReadonlyMap<string, { submissionId: string; messageId: string }>,
): Message {
  const resolve = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value).replace(/"@([a-z-]+)"/g, (whole, referred: string) => {
        const known = ids.get(referred);
        if (known === undefined) throw new Error(`${whole} names no message of the example`);
        return JSON.stringify(known.messageId);
      }),
    );
  const change = { ...(resolve(header) as RequestChange), submissionId: ids.get(name)?.submissionId ?? null };
  const made = givenMessage(
    from,
    { kind, body: resolve(body) } as Pick<MessageRequest, 'kind' | 'body'>,
    change,
  );
  return from === 'service:system' ? { ...made, actor: 'system-mailbox' } : made;
}

function tell(
  name: string,
  history: ThreadHistory,
  message: Message,
  names: ReadonlyMap<string, string>,
): string {
  const decision = history.decisionOn(message);
  const variants = new Map(decision.variants.map((each) => [each.variantId, each.messageId]));
  const because = (reasons: (typeof decision.entries)[number]['reasons']): string =>
    reasons
      .map(({ code, ruleId, correspondent }) => [code, ruleId, correspondent].filter(Boolean).join(' '))
      .join(', ');
  const lines = [
    [name, decision.outcome, decision.refusalCode].filter(Boolean).join(' '),
    ...decision.entries.map(({ correspondent, role, noticeCode, about, variantId, reasons }) => {
      const other = about ?? variants.get(variantId ?? '') ?? null;
      const of = other === null ? '' : ` of ${names.get(other)}`;
      const code = noticeCode === null ? '' : ` ${noticeCode}`;
      return `  ${correspondent} ${role}${code}${of}: ${because(reasons)}`;
    }),
    ...decision.denied.map(({ correspondent, reasons }) => `  not ${correspondent}: ${because(reasons)}`),
  ];
  return `${lines.join('\n')}\n`;
}
