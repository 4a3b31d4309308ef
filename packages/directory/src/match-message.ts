import type { Message } from '@chappe/schemas';
import { matchRules, type RuleMatch } from './match-rules.ts';
import { routingFactsOf } from './routing-facts.ts';
import type { DirectorySnapshot } from './snapshot.ts';

/**
 * The rules that speak for a message. All may for one that opens a thread. What follows goes to those whom the
 * thread concerns, unless a rule asks for its kind by name: otherwise every desk that watches an area would get
 * every answer given in it. A service message is between those whom it names, also where it opens a thread: what it
 * says of another message is nobody else's.
 */
export function matchMessage(
  snapshot: Pick<DirectorySnapshot, 'ruleIndex' | 'dutyDesk'>,
  message: Message,
  { opensThread, nowMs }: { readonly opensThread: boolean; readonly nowMs: number },
): readonly RuleMatch[] {
  const matches = matchRules(snapshot, routingFactsOf(message), nowMs);
  if (opensThread && message.kind !== 'SERVICE') return matches;
  const { byId } = snapshot.ruleIndex;
  return matches.filter(({ ruleId }) => byId.get(ruleId)?.rule.match.kinds.includes(message.kind) === true);
}
