import { type StepCode, stepCodes, stepText } from '@chappe/policy';

/** The words for a code, in both working languages. */
export interface Words {
  readonly fr: string;
  readonly en: string;
}

const words: Readonly<Record<string, Words>> = {
  sender: { fr: 'Copie de l’expéditeur.', en: 'The sender’s own copy.' },
  'named-for-action': {
    fr: 'Désigné par l’expéditeur, pour action.',
    en: 'Named by the sender, for action.',
  },
  'named-for-information': {
    fr: 'Désigné par l’expéditeur, pour information.',
    en: 'Named by the sender, for information.',
  },
  rule: { fr: 'Désigné par une règle de diffusion.', en: 'Named by a routing rule.' },
  'rule-undecided': {
    fr: 'Une règle de diffusion n’a pas pu être évaluée : la permanence décide.',
    en: 'A routing rule could not be evaluated: the duty desk decides.',
  },
  'duty-desk': {
    fr: 'Permanence : aucune règle ne désigne de destinataire.',
    en: 'Duty desk: no rule names a recipient.',
  },
  'author-of-original': {
    fr: 'Auteur du message auquel celui-ci répond.',
    en: 'Author of the message that this one answers.',
  },
  'holder-of-original': { fr: 'Détient le message d’origine.', en: 'Holds the original message.' },
  dispatched: { fr: 'Destinataire d’une rediffusion.', en: 'Addressee of a dispatch.' },
  'stands-in': {
    fr: 'Remplace un correspondant suspendu :',
    en: 'Stands in for a suspended correspondent:',
  },
  rerouted: {
    fr: 'Suspendu ; ce que personne n’y avait pris en charge est repris par :',
    en: 'Suspended; what nobody there had in charge was taken over by:',
  },
  disclosed: {
    fr: 'A communiqué le message annulé à un organisme local, et doit l’en faire retirer.',
    en: 'Disclosed the cancelled message to a local body, and owes its recall there.',
  },
  'unknown-correspondent': {
    fr: 'Correspondant inconnu de l’annuaire.',
    en: 'Correspondent unknown to the directory.',
  },
  'not-concerned': {
    fr: 'Rien de ce que vous pouvez savoir ne le lui destine : ni nom, ni règle, ni fil.',
    en: 'Nothing that you may know of sends it there: no name, no rule, no thread.',
  },
  CONFLICT: {
    fr: 'Un autre message a déjà été envoyé sous ce numéro de dépôt.',
    en: 'Another message was already sent under this submission id.',
  },
  'reference-unavailable': {
    fr: 'Une référence du message n’est pas utilisable : il attend, puis est refusé.',
    en: 'A reference of the message cannot be used: it waits, then it is refused.',
  },
  'too-many-waiting': {
    fr: 'Trop de messages de cet expéditeur attendent déjà leur référence.',
    en: 'Too many messages of this sender wait for their references already.',
  },
  'original-cancelled': {
    fr: 'Le message d’origine a été annulé.',
    en: 'The original message was cancelled.',
  },
  'not-cancellable': {
    fr: 'Une annulation ne s’annule pas : envoyez le message de nouveau.',
    en: 'A cancellation cannot be cancelled: send the message anew.',
  },
  'correction-of-other-kind': {
    fr: 'Le corps corrigé n’est pas de la nature du message d’origine.',
    en: 'The corrected body is not of the original’s kind.',
  },
  'extension-not-later': {
    fr: 'La nouvelle échéance n’est pas postérieure à celle de la demande.',
    en: 'The new date is not after the one that was asked for.',
  },
  'not-lead-desk': {
    fr: 'Seul le bureau qui mène le fil peut le clore.',
    en: 'Only the desk that leads the thread may close it.',
  },
  'review-by-superior': {
    fr: 'Un supérieur du même correspondant, autre que le rédacteur, fait la revue d’un envoi d’urgence.',
    en: 'A superior of the same correspondent, other than the writer, reviews what left in an emergency.',
  },
  'nothing-to-review': {
    fr: 'Ce message n’a pas été envoyé en urgence, ou a déjà été libéré : rien n’est à revoir.',
    en: 'This message did not leave in an emergency, or was released: there is nothing to review.',
  },
  'reroute-by-service': {
    fr: 'Seule la messagerie de Chappe fait suivre ce que détient un correspondant suspendu.',
    en: 'Only Chappe’s own mailbox reroutes what a suspended correspondent holds.',
  },
  'not-suspended': {
    fr: 'Ce correspondant n’est pas suspendu : ce qu’il détient reste chez lui.',
    en: 'This correspondent is not suspended: it keeps what it holds.',
  },
  'nothing-to-reroute': {
    fr: 'Ce correspondant ne détient rien de tel pour action, ou le message est périmé.',
    en: 'This correspondent holds nothing of the kind for action, or the message has expired.',
  },
  'reserved-for-positions': {
    fr: 'L’expéditeur l’a réservé à des fonctions du correspondant suspendu : personne ne les remplace.',
    en: 'Its sender reserved it for functions of the suspended correspondent: nobody stands in for them.',
  },
  'no-recipient': {
    fr: 'Personne ne peut recevoir ce message.',
    en: 'Nobody may receive this message.',
  },
  corrected: { fr: 'Le message détenu a été corrigé.', en: 'The message held was corrected.' },
  cancelled: { fr: 'Le message détenu a été annulé.', en: 'The message held was cancelled.' },
};

/** The codes of the router's own, for documentation and tests. */
export const routerReasonCodes = Object.keys(words) as readonly string[];

/** The words for a code of the router or of the policy; a code of a newer release has none. */
export function wordsFor(code: string): Words {
  const own = words[code];
  if (own !== undefined) return own;
  const step = stepCodes.find((each): each is StepCode => each === code);
  return step === undefined ? { fr: code, en: code } : stepText(step);
}
