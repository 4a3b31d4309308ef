import type { DirectorySnapshot } from '@chappe/directory';
import { decide, type Subject } from '@chappe/policy';
import {
  type BodyCheck,
  compileBodyCheck,
  type HttpServer,
  languageOf,
  Problem,
  problemBody,
} from '@chappe/service-kit';
import { Type } from 'typebox';
import { judgeTransfer, positionsNamed } from '../domain/judge-transfer.ts';
import { type ReceiptRequest, readReceiptRequest } from '../domain/read-receipt-request.ts';
import { showGivenReceipt, showReceiptState, tellReceiptState } from '../domain/show-receipt.ts';
import { isId, messageParams } from './http-answers.ts';
import {
  type BulkReceiptJson,
  bulkAnswerSchema,
  bulkReceiptSchema,
  type ReceiptAnswerJson,
  receiptAnswerSchema,
  receiptRequestSchema,
} from './http-receipt-schemas.ts';
import type { AcknowledgeableItem, GiveReceipts, MessageAct, MessageOutcome } from './postgres-receipts.ts';

/** What the routes need. */
export interface ReceiptPorts {
  readonly giveReceipts: GiveReceipts;
  currentDirectory(): DirectorySnapshot;
  /** Called after receipts of this correspondent were committed, with the threads they are about; must not throw. */
  onGiven(correspondent: string, threadIds: readonly string[]): void;
  nowMs(): number;
}

const singleBodyBytes = 16_384;
const bulkBodyBytes = 1_048_576;

/** `POST /v1/inbox/{messageId}/receipts` and `POST /v1/inbox/receipts`: what a person says of what came in. */
export function registerReceiptRoutes(app: HttpServer, ports: ReceiptPorts): void {
  const checkItem = compileBodyCheck(bulkReceiptSchema);

  app.post(
    '/v1/inbox/:messageId/receipts',
    {
      config: { action: 'receipt.give', onDeny: 'not-found' },
      bodyLimit: singleBodyBytes,
      schema: {
        summary: 'Acknowledge one message of the inbox, in person',
        description:
          '201 when the receipt was given, 200 when it said nothing new. Persons only. A receipt never reverts; ' +
          'what does not follow from the present state is refused with a type per cause and changes nothing.',
        params: messageParams,
        body: receiptRequestSchema,
        response: { 200: receiptAnswerSchema, 201: receiptAnswerSchema },
      },
    },
    async (request, reply) => {
      const { subject } = request;
      const { messageId } = request.params;
      const read = readAct(messageId, request.body, subject, ports);
      if (read instanceof Problem) throw read;
      const [outcome] = await give(subject, [read], ports);
      const answer = answerOf(messageId, outcome ?? { status: 'absent' }, subject);
      if (answer instanceof Problem) throw answer;
      return reply
        .code(outcome?.status === 'given' ? 201 : 200)
        .header('cache-control', 'no-store')
        .send(answer);
    },
  );

  app.post(
    '/v1/inbox/receipts',
    {
      config: { action: 'receipt.give', onDeny: 'not-found' },
      bodyLimit: bulkBodyBytes,
      schema: {
        summary: 'Acknowledge up to 200 messages of the inbox, in person',
        description:
          'One answer per item, in their order; what one item is refused for does not touch the others.',
        body: Type.Object(
          { items: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 200 }) },
          { additionalProperties: false },
        ),
        response: { 200: bulkAnswerSchema },
      },
    },
    async (request, reply) => {
      const { subject } = request;
      const reads = request.body.items.map((item) => readItem(item, checkItem, subject, ports));
      const acts = reads.filter((each): each is MessageAct => !(each instanceof Problem));
      const outcomes = acts.length === 0 ? [] : await give(subject, acts, ports);
      const language = languageOf(request.headers['accept-language']);
      const items = reads.map((each, index): BulkReceiptJson => {
        const messageId = messageIdOf(request.body.items[index]);
        const outcome = each instanceof Problem ? null : (outcomes[acts.indexOf(each)] ?? null);
        const answer =
          each instanceof Problem ? each : answerOf(each.messageId, outcome ?? { status: 'absent' }, subject);
        return answer instanceof Problem
          ? {
              messageId,
              status: answer.statusCode,
              problem: problemBody(answer, { traceId: request.traceId, language }),
            }
          : { messageId, status: outcome?.status === 'given' ? 201 : 200, receipt: answer };
      });
      return reply.header('cache-control', 'no-store').send({ items });
    },
  );
}

/** Stores what is asked. Whoever may not see a delivery cannot tell it from one that does not exist. */
async function give(
  subject: Subject,
  acts: readonly MessageAct[],
  ports: ReceiptPorts,
): Promise<readonly MessageOutcome[]> {
  const nowMs = ports.nowMs();
  const mayGive = ({ role, markings }: AcknowledgeableItem): boolean => {
    const resource = { kind: 'message' as const, relation: role, ...markings };
    return decide(subject, 'receipt.give', resource, { nowMs }).effect === 'allow';
  };
  const outcomes = await ports.giveReceipts(subject.correspondent, acts, mayGive);
  const threadIds = outcomes.flatMap((outcome) => (outcome.status === 'given' ? outcome.threadId : []));
  if (threadIds.length > 0) ports.onGiven(subject.correspondent, [...new Set(threadIds)]);
  return outcomes;
}

function readItem(
  item: unknown,
  checkItem: BodyCheck,
  subject: Subject,
  ports: ReceiptPorts,
): MessageAct | Problem {
  const problem = checkItem(item);
  if (problem !== undefined) return problem;
  const { messageId, ...request } = item as ReceiptRequest & { messageId: string };
  return readAct(messageId, request, subject, ports);
}

function readAct(
  messageId: string,
  request: ReceiptRequest,
  subject: Subject,
  ports: ReceiptPorts,
): MessageAct | Problem {
  if (!isId(messageId)) return new Problem('not-found');
  const nowMs = ports.nowMs();
  const read = readReceiptRequest(request, subject, nowMs);
  if (read.status === 'invalid') {
    const [first] = read.findings;
    return new Problem(first?.code ?? 'invalid-value', { detail: first?.detail, errors: read.findings });
  }
  const { transferredTo } = read.act;
  if (transferredTo === null) return { messageId, act: read.act, positions: [] };
  const directory = ports.currentDirectory();
  const verdict = judgeTransfer(directory, subject.correspondent, transferredTo, nowMs);
  if (verdict === 'usable') {
    const named = positionsNamed(directory, subject.correspondent, transferredTo);
    return { messageId, act: read.act, positions: [...new Set(named.map(({ position }) => position))] };
  }
  const code = verdict === 'unknown-correspondent' ? 'unknown-correspondent' : 'invalid-value';
  const detail = refusedTransfers[verdict];
  return new Problem(code, { detail, errors: [{ pointer: '/transferredTo', code, detail }] });
}

const refusedTransfers = {
  'unknown-correspondent': 'nobody can take it over under this code',
  'unknown-colleague': 'this is no colleague who could take it over',
  'unheld-position': 'nobody who could take it over holds this function here today',
} as const;

function answerOf(messageId: string, outcome: MessageOutcome, subject: Subject): ReceiptAnswerJson | Problem {
  if (outcome.status === 'absent') return new Problem('not-found');
  if (outcome.status === 'refused') {
    return new Problem(outcome.code, { detail: tellReceiptState(outcome.state) });
  }
  return {
    messageId,
    ...showReceiptState(outcome.state, subject.id),
    receipts: outcome.history.map(showGivenReceipt),
  };
}

/** What an item calls itself, so that its answer can be matched even when it is refused as malformed. */
function messageIdOf(item: unknown): string | null {
  const messageId: unknown =
    typeof item === 'object' && item !== null ? Reflect.get(item, 'messageId') : null;
  return typeof messageId === 'string' && isId(messageId) ? messageId : null;
}
