import {
  type DirectorySnapshot,
  matchMessage,
  type RequiredRelease,
  requiredRelease,
} from '@chappe/directory';
import { entitle, type Role, type Subject } from '@chappe/policy';
import type { Message, MessageDraft } from '@chappe/schemas';
import { type Finding, invalid, missing } from './finding.ts';

/** What is needed of the directory: who there is, which rules route, and which ask for a release. */
export type ReleaseDirectory = Pick<
  DirectorySnapshot,
  'correspondents' | 'releaseRules' | 'ruleIndex' | 'dutyDesk'
>;

/** Who may send this message on which authority, with everything that speaks against it. */
export interface ReleaseJudgement {
  /** The superior, or the writer on its own authority; null when a machine sends, or when a review is owed. */
  readonly releasedBy: string | null;
  readonly findings: readonly Finding[];
}

interface Destination {
  readonly correspondent: string;
  /** Where the sender named it; null when a routing rule did. */
  readonly pointer: string | null;
}

/** Whoever answers for a post or a desk reviews what left in an emergency, when no rule says who else. */
const superiors: readonly Role[] = ['releaser', 'desk-head'];

/**
 * Judges whose release a message needs, by the directory's rules. Its destinations are those that the sender
 * names, and those that a routing rule finds and policy admits: a rule commits the network no less than a
 * name does. Where a follow-up goes because somebody holds what it follows, only the router knows; that
 * destination was released with the original.
 *
 * EMERGENCY (a threat to life) leaves at once. Unless its writer could have released it, `releasedBy` is null
 * and a superior's review is owed.
 */
export function judgeRelease(
  message: Message,
  subject: Subject,
  directory: ReleaseDirectory,
  nowMs: number,
): ReleaseJudgement {
  const destinations = destinationsOf(message, directory, nowMs);
  const codes = destinations.map(({ correspondent }) => correspondent);
  const required = releaseFor(codes, message, directory, nowMs);
  const holdsOneOf = (roles: readonly Role[]): boolean =>
    subject.grants.some((grant) => roles.includes(grant.role));
  const person = subject.kind === 'PERSON' ? subject.id : null;
  if (message.releaseMode === 'EMERGENCY') {
    const releasedBy = holdsOneOf(required?.roles ?? superiors) ? person : null;
    return { releasedBy, findings: checkEmergency(message) };
  }
  const findings =
    required === null || holdsOneOf(required.roles) ? [] : releaseFindings(required, destinations);
  return { releasedBy: person, findings };
}

function releaseFor(
  destinations: readonly string[],
  { kind, urgency, activity }: Message,
  directory: ReleaseDirectory,
  atMs: number,
): RequiredRelease | null {
  return requiredRelease(directory, { kind, urgency, activity, destinations, atMs });
}

function checkEmergency({ urgency, urgencyGround }: MessageDraft | Message): Finding[] {
  if (urgency !== 'FLASH') {
    return [invalid('/releaseMode', 'EMERGENCY is for a threat to life: the urgency is FLASH')];
  }
  return urgencyGround === null ? [missing('/urgencyGround', 'an emergency says what threatens')] : [];
}

/** Whom the sender excluded gets nothing, and asks for no release; whom nobody knows is refused as such. */
function destinationsOf(
  message: Message,
  directory: ReleaseDirectory,
  nowMs: number,
): readonly Destination[] {
  const excluded = new Set(message.recipients.excluded);
  const named = (['action', 'information'] as const).flatMap((role) => [
    ...message.recipients[role].map(({ correspondent }, index) => ({
      correspondent,
      pointer: `/recipients/${role}/${index}/correspondent`,
    })),
    ...(message.dispatch?.[role] ?? []).map(({ correspondent }, index) => ({
      correspondent,
      pointer: `/body/${role}/${index}/correspondent`,
    })),
  ]);
  const known = new Set(named.map(({ correspondent }) => correspondent));
  const found = directory.releaseRules.length === 0 ? [] : foundByRules(message, directory, nowMs);
  return [
    ...named,
    ...found
      .filter((correspondent) => !known.has(correspondent))
      .map((correspondent) => ({ correspondent, pointer: null })),
  ].filter(
    ({ correspondent }) => !excluded.has(correspondent) && directory.correspondents.has(correspondent),
  );
}

/**
 * Only whom policy would let have it: of anybody else the sender is not to learn that a rule speaks. Policy is asked
 * about those alone for whom a release is needed at all, since every message passes here.
 */
function foundByRules(message: Message, directory: ReleaseDirectory, nowMs: number): readonly string[] {
  const opensThread = message.threadId === message.messageId;
  const matches = matchMessage(directory, message, { opensThread, nowMs });
  const found = new Set<string>();
  for (const role of ['ACTION', 'INFORMATION'] as const) {
    for (const code of matches.flatMap((each) => (role === 'ACTION' ? each.action : each.information))) {
      const entry = directory.correspondents.get(code);
      if (entry === undefined || code === message.sender.correspondent) continue;
      if (releaseFor([code], message, directory, nowMs)?.destinations.includes(code) !== true) continue;
      const { type, ceiling, suspended } = entry;
      const profile = {
        correspondent: code,
        type,
        ceiling,
        suspended,
        origin: 'RULE',
        released: false,
      } as const;
      if (entitle(profile, message, role).entitled) found.add(code);
    }
  }
  return [...found];
}

/** One finding per destination that makes the release necessary, at its place; one for the whole when none does. */
function releaseFindings(required: RequiredRelease, destinations: readonly Destination[]): Finding[] {
  if (required.destinations.length === 0) return [releaseFinding(required, '', null)];
  const concerned = new Set(required.destinations);
  return destinations
    .filter(({ correspondent }) => concerned.has(correspondent))
    .map(({ correspondent, pointer }) => releaseFinding(required, pointer ?? '', correspondent));
}

function releaseFinding(
  { roles, rules }: RequiredRelease,
  pointer: string,
  destination: string | null,
): Finding {
  const ids = rules.map(({ releaseRuleId }) => releaseRuleId).join(', ');
  const why = rules.map(({ reason }) => reason).join(' ');
  const where = destination === null ? '' : ` to ${destination}`;
  const to = destination === null ? '' : ` vers ${destination}`;
  return {
    code: 'release-required',
    pointer,
    detail:
      roles.length === 0
        ? `leaving${where} needs a release that the rules leave nobody to give (${ids}): ${why}`
        : `leaving${where} needs the release of a superior (${roles.join(' or ')}) by ${ids}: ${why}`,
    detailFr:
      roles.length === 0
        ? `l’envoi${to} demande une validation que les règles ne laissent personne donner (${ids}) : ${why}`
        : `l’envoi${to} demande la validation d’un supérieur (${roles.join(' ou ')}) selon ${ids} : ${why}`,
    facts: {
      rules: rules.map(({ releaseRuleId }) => releaseRuleId),
      reasons: rules.map(({ reason }) => reason),
      roles,
      destinations: destination === null ? [] : [destination],
    },
  };
}
