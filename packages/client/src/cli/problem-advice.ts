import type { Text } from './language.ts';

/** What to do about a problem, by its code; the server's own words say what it is. */
export const problemAdvice: Readonly<Record<string, Text>> = {
  'submission-conflict': {
    en: 'this submission id was used for another text: send the new text under a new id (--fresh)',
    fr: 'cet identifiant a servi à un autre texte : envoyez le nouveau sous un autre (--fresh)',
  },
  unauthenticated: { en: 'sign in again', fr: 'authentifiez-vous de nouveau' },
  'token-expired': {
    en: 'get a new token; if it is new, compare the clocks with `chappe doctor`',
    fr: "obtenez un nouveau jeton ; s'il est neuf, comparez les horloges avec « chappe doctor »",
  },
  'token-audience': {
    en: 'the token was made for another service: ask for the resource urn:chappe:api',
    fr: 'le jeton vise un autre service : demandez la ressource urn:chappe:api',
  },
  'token-signature': {
    en: 'the token comes from another provider than the one Chappe trusts',
    fr: "le jeton vient d'un autre fournisseur que celui auquel Chappe fait confiance",
  },
  'acting-as-required': {
    en: 'you act for several correspondents: say for which with --as',
    fr: 'vous agissez pour plusieurs correspondants : dites lequel avec --as',
  },
  'no-grant': {
    en: 'the directory gives you no function for that correspondent: ask its administrator',
    fr: "l'annuaire ne vous donne aucune fonction pour ce correspondant : voyez son administrateur",
  },
  forbidden: {
    en: 'your function does not allow this: ask your superior, or act for another correspondent with --as',
    fr: 'votre fonction ne le permet pas : voyez votre supérieur, ou agissez pour un autre correspondant avec --as',
  },
  'person-required': {
    en: 'acknowledge as a person: sign in with your own account, not with --client or a client key',
    fr: 'accusez réception en personne : avec votre propre compte, ni --client ni clé de système',
  },
  'receipt-taken': {
    en: 'it is that colleague’s now; he, she or a head can hand it over to you (--transferred)',
    fr: 'ce collègue le traite ; lui-même ou un responsable peut vous le transmettre (--transferred)',
  },
  'receipt-assigned': {
    en: 'it was handed over: its new holder or a head can hand it over to you (--transferred)',
    fr: 'il a été transmis : son nouveau titulaire ou un responsable peut vous le transmettre (--transferred)',
  },
  'receipt-closed': {
    en: 'nothing is left to do: receipts are never taken back',
    fr: "il n'y a plus rien à faire : un accusé ne se reprend jamais",
  },
  'receipt-not-applicable': {
    en: 'a cancellation is complied with (--complied), not rejected; a notice can only be read (--read)',
    fr: "une annulation s'exécute (--complied), elle ne se rejette pas ; un avis ne peut qu'être lu (--read)",
  },
  'release-required': {
    en: 'a releaser must send it; for a threat to life, --emergency sends it now and owes a review within 24 h',
    fr: "un validateur doit l'envoyer ; s'il y a danger pour la vie, --emergency l'envoie et doit une revue sous 24 h",
  },
  'above-ceiling': {
    en: 'this system may not carry that classification: use another channel, write nothing of it here',
    fr: "ce système ne peut porter cette classification : prenez un autre canal, n'en écrivez rien ici",
  },
  'unknown-correspondent': {
    en: 'list the codes with `chappe correspondents`',
    fr: 'affichez les codes avec « chappe correspondents »',
  },
  'server-field': {
    en: 'leave this field out: the server sets it',
    fr: "n'envoyez pas ce champ : le serveur le remplit",
  },
  'unknown-field': { en: 'check the spelling of the field', fr: "vérifiez l'orthographe du champ" },
  'rate-limited': { en: 'wait a little and repeat', fr: 'patientez et recommencez' },
  'reason-required': {
    en: 'say with --reason why you consult the archive; it is logged',
    fr: "dites avec --reason pourquoi vous consultez les archives ; c'est journalisé",
  },
  'invalid-cursor': {
    en: 'cursors belong to one search and one person: start the search again',
    fr: 'un curseur vaut pour une recherche et une personne : recommencez la recherche',
  },
  'directory-not-sound': {
    en: 'mend what is listed and propose again; what begins with release: is in the release in force',
    fr: 'corrigez ce qui est listé et proposez de nouveau ; release: désigne la version en vigueur',
  },
  'nothing-changes': {
    en: 'the directory in force says all of this already',
    fr: "l'annuaire en vigueur dit déjà tout cela",
  },
  'release-superseded': {
    en: 'look at what changed with `chappe directory history`, then propose again on it',
    fr: 'voyez ce qui a changé avec « chappe directory history », puis proposez de nouveau',
  },
  'too-many-proposals': {
    en: 'have some decided, or withdraw them: chappe directory show',
    fr: 'faites-en trancher, ou retirez-en : chappe directory show',
  },
  'proposal-closed': {
    en: 'propose anew what is still wanted',
    fr: 'proposez de nouveau ce qui reste voulu',
  },
  'second-person-required': {
    en: 'ask another administrator (in the demonstration: --login directory-admin-2)',
    fr: 'demandez à un autre administrateur (dans la démonstration : --login directory-admin-2)',
  },
  'webhook-target-refused': {
    en: 'give an https address on the Internet, port 443 or 8443; the operator lists what else may be called',
    fr: 'donnez une adresse https sur Internet, port 443 ou 8443 ; l’exploitant liste ce qui peut l’être d’autre',
  },
  'webhook-challenge-failed': {
    en: 'have it verify the signature of webhook.challenge and answer 200 with {"challenge": "…"} alone',
    fr: 'qu’elle vérifie la signature de webhook.challenge et réponde 200 avec {"challenge": "…"} seul',
  },
  'webhook-unverified': {
    en: 'have the target prove itself first: chappe webhook verify',
    fr: 'faites d’abord faire sa preuve à la cible : chappe webhook verify',
  },
  'webhook-limit': {
    en: 'remove one that is no longer needed, or ask the operator',
    fr: 'supprimez-en un devenu inutile, ou voyez l’exploitant',
  },
  'precondition-failed': {
    en: 'look at it again, and repeat the command if it is still wanted',
    fr: 'regardez-le de nouveau, et répétez la commande si elle reste voulue',
  },
  'attachment-not-found': {
    en: 'send the file with --attach: a file is known to its own uploader alone',
    fr: "joignez le fichier avec --attach : un fichier n'est connu que de qui l'a déposé",
  },
  'attachment-too-large': {
    en: 'send it in several files, or by another way',
    fr: 'envoyez-le en plusieurs fichiers, ou autrement',
  },
  'attachment-type-mismatch': {
    en: 'give the file the ending of what it really is',
    fr: 'donnez au fichier la terminaison de ce qu’il est vraiment',
  },
  'attachment-type-refused': {
    en: 'send it as a picture, a document, a sound or an archive; programs are never taken',
    fr: 'envoyez une image, un document, un son ou une archive ; jamais un programme',
  },
  'attachment-refused': {
    en: 'it was found harmful and is given to nobody: ask the sender for a clean copy',
    fr: "elle a été jugée dangereuse et n'est remise à personne : demandez une copie saine à l'expéditeur",
  },
  'attachment-not-scanned': {
    en: 'it is still being examined: repeat in a minute',
    fr: 'elle est encore en cours d’examen : recommencez dans une minute',
  },
  'storage-full': {
    en: 'send the message without the file, and tell the operator',
    fr: "envoyez le message sans le fichier, et prévenez l'exploitant",
  },
  'not-found': {
    en: 'it does not exist, or you may not see it; the two are told alike',
    fr: "cela n'existe pas, ou vous ne pouvez le voir ; rien ne distingue les deux",
  },
  unavailable: {
    en: 'repeat the same command: under the same submission id nothing is sent twice',
    fr: "répétez la même commande : sous le même identifiant, rien n'est envoyé deux fois",
  },
};
