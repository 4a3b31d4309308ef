import type { Text } from './language.ts';

/** What to do about a message that the router refused, by the code of its refusal. */
export const refusalAdvice: Readonly<Record<string, Text>> = {
  CONFLICT: {
    en: 'another text was sent under this submission id: send this one without it',
    fr: 'un autre texte est parti sous cet identifiant : envoyez celui-ci sans lui',
  },
  'reference-unavailable': {
    en: 'it refers to something that does not exist, or that you may not refer to; the two are told alike',
    fr: "il se réfère à ce qui n'existe pas, ou à quoi vous ne pouvez vous référer ; rien ne distingue les deux",
  },
  'too-many-waiting': {
    en: 'too many of your messages wait for what they refer to: repeat it later',
    fr: 'trop de vos messages attendent ce à quoi ils se réfèrent : recommencez plus tard',
  },
  'no-recipient': {
    en: 'nobody may receive it: name a recipient with --to, or lower its markings',
    fr: 'personne ne peut le recevoir : nommez un destinataire avec --to, ou abaissez ses marquages',
  },
  'original-cancelled': {
    en: 'what it is about was withdrawn: send the matter anew',
    fr: 'son objet a été retiré : envoyez-le à nouveau',
  },
  'not-cancellable': {
    en: 'a cancellation cannot be cancelled: send the message anew',
    fr: 'une annulation ne s’annule pas : envoyez le message à nouveau',
  },
  'correction-of-other-kind': {
    en: 'a correction has a body of the same kind as what it corrects',
    fr: 'une correction a un corps de même nature que ce qu’elle corrige',
  },
  'extension-not-later': {
    en: 'the new date must be after the one that was asked for',
    fr: 'la nouvelle date doit suivre celle qui était demandée',
  },
  'not-lead-desk': {
    en: 'only the desk that leads the thread closes it: ask it, or have the thread handed over',
    fr: 'seul le bureau pilote du fil le clôt : demandez-le-lui, ou faites-vous transmettre le fil',
  },
  'review-by-superior': {
    en: 'a superior of the same correspondent reviews it, not its writer (--login)',
    fr: 'un supérieur du même correspondant fait la revue, non son rédacteur (--login)',
  },
  'nothing-to-review': {
    en: 'it did not leave in an emergency: say with --to to whom it may be passed on',
    fr: "il n'est pas parti en urgence : dites avec --to à qui il peut être transmis",
  },
};
