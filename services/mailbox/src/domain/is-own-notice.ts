/** Notices about what their reader holds or disclosed; any other tells a sender that its message was refused. */
const followUpNotices: readonly string[] = ['corrected', 'cancelled'];

/**
 * Whether a notice tells a sender about its own message (that it was refused); other notices, such as
 * the bare notice of a correction, go to somebody who is not the sender. The recall of a disclosure goes to
 * whoever disclosed, who may have sent what is recalled.
 */
export function isOwnNotice(item: {
  readonly role: string;
  readonly correspondent: string;
  readonly sender: string;
  readonly notice: { readonly code: string } | null;
}): boolean {
  const isRefusal = !followUpNotices.includes(item.notice?.code ?? '');
  return item.role === 'NOTICE' && item.correspondent === item.sender && isRefusal;
}
