import {
  type DirectoryEntries,
  type DirectoryFile,
  judgeDirectoryFiles,
  readEntries,
} from '@chappe/directory';
import type { Person } from '@chappe/schemas';
import { entriesInFiles, listsOf } from './entries-in-files.ts';
import { findDemonstrationData } from './find-demonstration-data.ts';
import type { InBothLanguages, InstallationFinding } from './installation-finding.ts';
import { administrativeGrants } from './require-administrators.ts';

/** A person as tokens and files name it. */
export interface NamedPerson {
  readonly issuer: string;
  readonly subject: string;
}

/** A person who answers for the first release, and for which correspondent. */
export interface Administrator {
  readonly person: Person;
  readonly correspondent: string;
}

/** What would be installed, or everything that speaks against it. */
export type FirstReleaseJudgement =
  | {
      readonly status: 'sound';
      readonly entries: DirectoryEntries;
      readonly proposer: Administrator;
      readonly approver: Administrator;
    }
  | { readonly status: 'refused'; readonly findings: readonly InstallationFinding[] };

/** What is asked, and where it would be installed. */
export interface FirstReleaseContext {
  readonly proposedBy: NamedPerson;
  readonly approvedBy: NamedPerson;
  /** Of the tokens of this installation. */
  readonly issuer: string;
  readonly production: boolean;
  readonly demonstrationPrefix: string;
  readonly nowMs: number;
}

/** Judges files as the first release that two persons of theirs answer for, and says every fault at once. */
export function judgeFirstRelease(
  files: readonly DirectoryFile[],
  context: FirstReleaseContext,
): FirstReleaseJudgement {
  const { issuer, production, demonstrationPrefix, proposedBy, approvedBy } = context;
  const judged = judgeDirectoryFiles(files, issuer);
  const entries =
    judged.status === 'sound' ? judged.entries : readEntries(listsOf(entriesInFiles(files)), issuer);
  const proposer = findAdministrator(entries, proposedBy, context);
  const approver = findAdministrator(entries, approvedBy, context);
  const findings = [
    ...(judged.status === 'sound'
      ? []
      : judged.problems.map(
          ({ code, file, pointer, key, detail }): InstallationFinding => ({
            code,
            file,
            pointer,
            detail: { fr: `${key} : ${detail}`, en: `${key}: ${detail}` },
          }),
        )),
    ...(production ? findDemonstrationData(files, demonstrationPrefix) : []),
    ...('fault' in proposer ? [finding('--proposed-by', proposer)] : []),
    ...('fault' in approver ? [finding('--approved-by', approver)] : []),
    ...(isSame(proposedBy, approvedBy) || isSamePerson(proposer, approver) ? [samePerson] : []),
  ];
  if (findings.length > 0 || 'fault' in proposer || 'fault' in approver)
    return { status: 'refused', findings };
  return { status: 'sound', entries, proposer, approver };
}

interface PersonFault {
  readonly fault: string;
  readonly detail: InBothLanguages;
}

function findAdministrator(
  entries: DirectoryEntries,
  named: NamedPerson,
  { issuer, nowMs }: FirstReleaseContext,
): Administrator | PersonFault {
  if (named.issuer !== issuer) {
    return {
      fault: 'person-of-another-issuer',
      detail: {
        fr: `une personne d'un autre émetteur de jetons que celui de l'installation (${issuer}) ne pourrait jamais se connecter`,
        en: `a person of another issuer of tokens than this installation's (${issuer}) could never sign in`,
      },
    };
  }
  const person = entries.persons.find((each) => isSame(each, named));
  if (person === undefined) {
    return {
      fault: 'unknown-person',
      detail: {
        fr: `aucune personne de ces fichiers n'a le sujet ${named.subject}`,
        en: `no person of these files has the subject ${named.subject}`,
      },
    };
  }
  if (person.suspended) {
    return {
      fault: 'person-suspended',
      detail: { fr: `${person.personId} est suspendue`, en: `${person.personId} is suspended` },
    };
  }
  const grant = administrativeGrants(entries, nowMs).find(({ holder }) => holder === person.personId);
  if (grant !== undefined) return { person, correspondent: grant.correspondent };
  return {
    fault: 'not-an-administrator',
    detail: {
      fr: `${person.personId} n'a pas, aujourd'hui, le rôle directory-admin pour un correspondant qui agit`,
      en: `${person.personId} does not hold, today, the role directory-admin for a correspondent that acts`,
    },
  };
}

function finding(option: string, { fault, detail }: PersonFault): InstallationFinding {
  return { code: fault, file: option, pointer: '', detail };
}

function isSame(a: NamedPerson, b: NamedPerson): boolean {
  return a.issuer === b.issuer && a.subject === b.subject;
}

function isSamePerson(a: Administrator | PersonFault, b: Administrator | PersonFault): boolean {
  return 'person' in a && 'person' in b && a.person.personId === b.person.personId;
}

const samePerson: InstallationFinding = {
  code: 'second-person-required',
  file: '--approved-by',
  pointer: '',
  detail: {
    fr: 'une version a deux personnes : celle qui propose et une autre qui approuve',
    en: 'a release has two persons: the one who proposes and another who approves',
  },
};
