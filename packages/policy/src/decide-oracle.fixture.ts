import type { MessageResource } from './resource.ts';
import type { Role } from './subject.ts';

const workers: readonly Role[] = ['officer', 'releaser', 'desk-officer', 'desk-head', 'partner', 'service'];
const people: readonly Role[] = ['officer', 'releaser', 'desk-officer', 'desk-head', 'partner'];
const members: readonly Role[] = ['officer', 'releaser', 'desk-officer', 'desk-head', 'service'];
const desks: readonly Role[] = ['desk-officer', 'desk-head'];
const watchers: readonly Role[] = ['operator', 'auditor', 'directory-admin', 'retention-officer'];

/**
 * Who may do something at all, in the words of the rules and not of the table; undefined for an action of which
 * they do not speak.
 */
export function mayDoAtAll(role: Role, action: string): boolean | undefined {
  switch (action) {
    // Whoever works with messages sends them and reads what its correspondent sent and was given.
    case 'message.submit':
    case 'message.dry-run':
    case 'attachment.upload':
    case 'inbox.list':
    case 'inbox.stream':
    case 'inbox.read':
    case 'sent.list':
    case 'sent.read':
    case 'thread.read':
    case 'attachment.read':
    case 'webhook.manage':
      return workers.includes(role);
    // A receipt binds a person.
    case 'receipt.give':
      return people.includes(role);
    // A partner is told neither who else gets a message nor what the archive holds.
    case 'archive.search':
    case 'archive.read':
    case 'attachment.read-archived':
    case 'routing.explain':
    case 'routing.why':
      return members.includes(role);
    // The directory names persons' correspondents to everybody but partners; everybody may know itself.
    case 'directory.read':
      return role !== 'partner';
    case 'self.read':
      return true;
    // A change is judged by whoever may make it, and seen by whoever checks.
    case 'directory.review':
      return role === 'directory-admin' || role === 'auditor';
    case 'directory.administer':
    case 'routing.rehearse':
      return role === 'directory-admin';
    case 'log.read':
      return role === 'auditor';
    case 'dead-letter.list':
    case 'dead-letter.replay':
    case 'dead-letter.discard':
    case 'stream.observe':
      return role === 'operator';
    default:
      return undefined;
  }
}

/** Whether a role cleared for RESTRICTED may do something with a message, in the words of the rules. */
export function mayDoWith(role: Role, action: string, message: MessageResource): boolean {
  if (watchers.includes(role) || mayDoAtAll(role, action) !== true) return false;
  if (message.excluded) return false;
  if (message.classification !== 'NOT_PROTECTED' && message.classification !== 'RESTRICTED') return false;
  const sent = message.relation === 'SENDER' || message.relation === 'COLLEAGUE';
  const given = message.relation === 'ACTION' || message.relation === 'INFORMATION';
  const told = message.relation === 'NOTICE';
  const overheard = message.relation === 'THREAD' && desks.includes(role) && isShareable(message);
  switch (action) {
    case 'inbox.read':
    case 'receipt.give':
      return given || told;
    case 'sent.read':
      return sent;
    // A file goes with its message; a bare notice carries none.
    case 'attachment.read':
      return sent || given;
    // Why somebody got it: for its sender, and for the desk that holds it.
    case 'routing.why':
      return sent || (given && desks.includes(role));
    case 'thread.read':
      return sent || given || told || overheard;
    case 'archive.read':
    case 'attachment.read-archived':
      return sent || given || overheard;
    default:
      return false;
  }
}

function isShareable({ tlp, handling, thirdPartyRule }: MessageResource): boolean {
  if (thirdPartyRule || tlp === 'RED' || tlp === 'UNKNOWN') return false;
  return handling.every((code) => code === 'H0' || code === 'H1');
}
