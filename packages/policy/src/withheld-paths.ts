/**
 * What no recipient ever sees, whatever its rights: the sender's own means of retry and counting, the
 * person behind the message, and whom the sender kept out.
 */
export const alwaysWithheldFromRecipients: readonly string[] = [
  'actor',
  'recipients.excluded',
  'senderSeq',
  'senderStream',
  'submissionId',
];

/**
 * What stays inside the network: how the information was come by, who else holds it, and in which
 * position the sender acts. Directive (EU) 2016/680, article 4(1)(c): no more than is necessary.
 */
export const withheldOutsideTheNetwork: readonly string[] = [
  'provenance',
  'recipients.action',
  'recipients.information',
  'sender.position',
  'sender.unit',
];

/** The opaque name of a source serves whoever has to act on the message, nobody else. */
export const withheldFromInformationAddressees: readonly string[] = ['provenance.sourceToken'];
