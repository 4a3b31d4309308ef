/**
 * Whether a notice tells a sender about its own message (that it was refused); other notices, such as
 * the bare notice of a correction, go to somebody who is not the sender.
 */
export function isOwnNotice(item: {
  readonly role: string;
  readonly correspondent: string;
  readonly sender: string;
}): boolean {
  return item.role === 'NOTICE' && item.correspondent === item.sender;
}
