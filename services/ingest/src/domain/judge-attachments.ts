import type { Finding } from './finding.ts';

/** What the store says of one file that a message names. */
export type AttachmentVerdict = 'attachable' | 'absent' | 'differs' | 'scan-refused' | 'scan-pending';

const findings: Readonly<Record<Exclude<AttachmentVerdict, 'attachable'>, Omit<Finding, 'pointer'>>> = {
  absent: {
    code: 'attachment-not-found',
    detail: 'no such file of the sender is kept',
    detailFr: 'aucun fichier de ce genre n’est conservé pour l’expéditeur',
  },
  differs: {
    code: 'attachment-mismatch',
    detail: 'the file that is kept has another size or media type',
    detailFr: 'le fichier conservé a une autre taille ou un autre type',
  },
  'scan-refused': {
    code: 'attachment-refused',
    detail: 'the scanner refused the file',
    detailFr: 'l’analyse a refusé le fichier',
  },
  'scan-pending': {
    code: 'attachment-not-scanned',
    detail: 'the file is still being scanned',
    detailFr: 'le fichier est encore en cours d’analyse',
  },
};

/** What speaks against a message because of the files it names; `verdicts` in their order. */
export function judgeAttachments(verdicts: readonly AttachmentVerdict[]): Finding[] {
  return verdicts.flatMap((verdict, index) =>
    verdict === 'attachable' ? [] : [{ ...findings[verdict], pointer: `/attachments/${index}` }],
  );
}
