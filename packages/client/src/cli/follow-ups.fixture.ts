import { messageRequestSchema } from '@chappe/schemas';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Run } from '../../test/run-chappe.ts';
import {
  answer,
  item,
  problem,
  type ScriptedReply,
  type ScriptedServer,
  type SeenRequest,
  startScriptedServer,
} from '../../test/scripted-server.ts';
import { typeChappe } from '../../test/type-chappe.ts';

const ajv = new Ajv2020.default({ discriminator: true, allErrors: true, strict: true });
addFormats.default(ajv);
const isRequest = ajv.compile(messageRequestSchema);

/** The head of the thread, which the other side sent. */
export const headId = '01900000-0000-8000-8000-000000000001';
/** What this side sent into it. */
export const ownId = '01900000-0000-8000-8000-000000000002';
/** A request for its release. */
export const requestId = '01900000-0000-8000-8000-000000000003';
/** The digest of each. */
export const digest = 'a'.repeat(64);
const header = {
  status: 'EXERCISE',
  exerciseId: 'EX-1',
  activity: 'OPERATIONAL',
  urgency: 'URGENT',
  urgencyGround: 'SUSPECT_ABOUT_TO_LEAVE',
  crimeAreas: ['TERRORISM'],
  classification: 'RESTRICTED',
  tlp: 'AMBER',
  handling: ['H1'],
  releaseMode: 'NORMAL',
  matchPolicy: 'OWNER_ONLY',
  receivedAt: '2026-11-23T08:30:00.000Z',
  schemaVersion: 1,
  requestDigest: digest,
  threadId: headId,
};
/** What the other side sent: the head of the thread. */
export const received = {
  ...item(4),
  messageId: headId,
  message: {
    ...header,
    messageId: headId,
    reference: 'DJ-26-K7M2P4X-M',
    kind: 'LEAD',
    body: { text: 'a white van', title: 'A van' },
  },
};
/** What this side sent into the same thread. */
export const own = {
  messageId: ownId,
  state: 'ACCEPTED',
  reference: 'CT-26-7Z2B9KM-H',
  kind: 'SUPPLEMENT',
  message: {
    ...header,
    messageId: ownId,
    reference: 'CT-26-7Z2B9KM-H',
    kind: 'SUPPLEMENT',
    inReplyTo: headId,
    provenance: { kind: 'PARTNER', partner: 'partner:example-agency', thirdPartyRule: true },
    recipients: { action: [{ correspondent: 'post:CI' }], excluded: ['post:XX'] },
    body: { text: 'at the quay', entities: [{ entityId: 'e1', type: 'VEHICLE' }] },
  },
};
/** The other side asks for its release. */
export const asked = {
  ...item(9),
  messageId: requestId,
  message: {
    ...header,
    messageId: requestId,
    reference: 'CI-26-3QH7T2A-C',
    kind: 'RELEASE_REQUEST',
    inReplyTo: ownId,
    body: {
      original: { messageId: ownId, reference: 'CT-26-7Z2B9KM-H', requestDigest: digest },
      releaseTo: ['partner:example-agency'],
      purpose: 'to search it',
    },
  },
};
/** What ingest answers. */
export const accepted = { messageId: 'm', reference: 'CT-26-9WX4M6D-5', status: 'http://x/v1/sent/m' };

/** A mailbox with the three messages above, and an ingest that accepts. */
export function mailbox(thread: readonly unknown[] = [{ direction: 'sent', ...own }]) {
  const byId: Record<string, unknown> = {
    [`/v1/inbox/${headId}`]: received,
    [`/v1/inbox/${requestId}`]: asked,
    [`/v1/sent/${ownId}`]: own,
    '/v1/inbox': { items: [asked, received] },
    '/v1/sent': { items: [own] },
    [`/v1/threads/${headId}`]: { items: thread },
  };
  return (request: SeenRequest): ScriptedReply => {
    if (request.method === 'POST') return answer(202, accepted);
    const found = named(byId[request.path], request.query.get('reference'));
    return found === undefined ? problem(404, 'not-found') : answer(200, found);
  };
}

/** What a list has of a reference, as the server narrows it. */
function named(answered: unknown, reference: string | null): unknown {
  if (reference === null || typeof answered !== 'object' || answered === null) return answered;
  const items: unknown = Reflect.get(answered, 'items');
  return { items: Array.isArray(items) ? items.filter((each) => each.message.reference === reference) : [] };
}

/** A server of the script, and the command typed against it; `type` may be used once and again. */
export class ScriptedSession {
  #server: ScriptedServer | undefined;

  get requests(): readonly SeenRequest[] {
    return this.#server?.requests ?? [];
  }

  async type(
    args: readonly string[],
    script: Parameters<typeof startScriptedServer>[0] = mailbox(),
    input = '',
  ): Promise<Run> {
    await this.stop();
    this.#server = await startScriptedServer(script);
    const env = { CHAPPE_URL: this.#server.url, CHAPPE_TOKEN: 'a-token' };
    return typeChappe(args, { env, input });
  }

  /** The one message that was sent, without its submission id; throws if it is not a valid request. */
  posted(): Record<string, unknown> {
    const [only, ...more] = this.requests.filter(({ method }) => method === 'POST');
    if (only === undefined || more.length > 0) throw new Error(`${more.length} messages too many, or none`);
    const { submissionId, ...body } = only.body as Record<string, unknown>;
    if (!isRequest(only.body)) throw new Error(JSON.stringify(isRequest.errors));
    return body;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }
}
