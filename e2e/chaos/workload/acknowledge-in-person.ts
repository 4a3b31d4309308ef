import { ChappeProblem } from '@chappe/client';
import type { History } from '../history/open-history.ts';
import type { ChaosClients } from './open-clients.ts';
import { codeOf } from './submit-until-answered.ts';

/** What the persons of a chaos run say of a delivery. */
export type ReceiptType = 'READ' | 'TAKEN_IN_CHARGE' | 'REJECTED' | 'COMPLIED';

let acts = 0;

/** One person says one thing of a delivery, repeated until it is answered, and notes what the answer says. */
export async function acknowledge(
  stage: { readonly clients: Pick<ChaosClients, 'asPerson'>; readonly history: History },
  {
    desk,
    who,
    type,
    messageId,
  }: {
    readonly desk: string;
    readonly who: 'officer' | 'superior';
    readonly type: ReceiptType;
    readonly messageId: string;
  },
): Promise<void> {
  acts += 1;
  const told = {
    ...{ what: 'receipt' as const, client: `${who} ${desk}`, act: acts },
    ...{ correspondent: desk, messageId, type },
  };
  stage.history.append({ ...told, happened: 'asked' });
  try {
    const person = stage.clients.asPerson(desk, who);
    const answer = await person.inbox.acknowledge(
      messageId,
      type === 'REJECTED' ? { type, reason: 'Invented: not for this desk.' } : { type },
    );
    const { receiptState: state, receiptVersion: version } = answer;
    stage.history.append({ ...told, happened: 'given', state, version });
  } catch (error) {
    if (error instanceof ChappeProblem) {
      stage.history.append({ ...told, happened: 'refused', problemType: error.details.type });
    } else {
      stage.history.append({ ...told, happened: 'unanswered', problemType: codeOf(error) });
    }
  }
}
