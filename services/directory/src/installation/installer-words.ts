import type { DirectoryEntries } from '@chappe/directory';
import type { Manifest } from '@chappe/schemas';
import type { InBothLanguages, InstallationFinding } from '../domain/installation-finding.ts';
import type { Administrator } from '../domain/judge-first-release.ts';
import type { SoundFirstRelease } from '../domain/plan-installation.ts';

/** How the installer is used. */
export const usage: InBothLanguages = {
  fr: `Installe la première version de l'annuaire, une seule fois, depuis la machine du service et avec sa configuration.

  npm run -s install-first-release -- --files DOSSIER --proposed-by SUJET --approved-by SUJET --reason "…"

  --files        dossier de fichiers .json d'annuaire, ou un seul fichier
  --proposed-by  une personne de ces fichiers, par le sujet de ses jetons (ou ÉMETTEUR#SUJET)
  --approved-by  une autre ; toutes deux ont le rôle directory-admin
  --reason       pourquoi ; conservé
  --dry-run      tout vérifier, ne rien écrire
  --yes          installer sans demander
  --wait         secondes à attendre la publication par le service (30)
  --json         une réponse pour les programmes
  --lang fr|en`,
  en: `Installs the first release of the directory, once, from the service's own machine and with its configuration.

  npm run -s install-first-release -- --files DIR --proposed-by SUBJECT --approved-by SUBJECT --reason "…"

  --files        a folder of .json directory files, or one file
  --proposed-by  a person of these files, by the subject of its tokens (or ISSUER#SUBJECT)
  --approved-by  another one; both hold the role directory-admin
  --reason       why; kept
  --dry-run      check everything, write nothing
  --yes          install without asking
  --wait         seconds to wait until the service has published it (30)
  --json         one answer for programs
  --lang fr|en`,
};

/** What an installation holds, as numbers. */
export function countEntries(entries: DirectoryEntries) {
  const { correspondents, coverage, rules } = entries;
  const ofType = (type: string) => correspondents.filter((each) => each.type === type).length;
  const countries = new Set(
    coverage.flatMap((each) => [...each.countries, ...each.shares.flatMap((share) => share.countries)]),
  );
  return {
    correspondents: correspondents.length,
    posts: ofType('POST'),
    desks: ofType('DESK'),
    countries: countries.size,
    persons: entries.persons.length,
    systems: entries.systems.length,
    grants: entries.grants.length,
    rules: rules.length,
    examples: rules.reduce((sum, { examples }) => sum + examples.length, 0),
  };
}

/** What would be installed, in plain words. */
export function describeContent(
  { entries, proposer, approver }: SoundFirstRelease,
  { issuer, reason }: { readonly issuer: string; readonly reason: string },
): InBothLanguages {
  const n = countEntries(entries);
  const dutyDesk = entries.correspondents.find((each) => each.dutyDesk)?.code ?? '';
  return {
    fr: `Version 1 de l'annuaire, pour les jetons de ${issuer} :
  ${n.correspondents} correspondants, dont ${n.posts} postes qui couvrent ${n.countries} pays et ${n.desks} bureaux ; permanence : ${dutyDesk}
  ${n.persons} personnes, ${n.systems} systèmes, ${n.grants} habilitations
  ${n.rules} règles d'acheminement, dont les ${n.examples} exemples sont tous vérifiés
  proposée par  ${named(proposer)}
  approuvée par ${named(approver)}
  motif         ${reason}`,
    en: `Release 1 of the directory, for the tokens of ${issuer}:
  ${n.correspondents} correspondents, of which ${n.posts} posts that cover ${n.countries} countries and ${n.desks} desks; duty desk: ${dutyDesk}
  ${n.persons} persons, ${n.systems} systems, ${n.grants} grants
  ${n.rules} routing rules, of which all ${n.examples} examples hold
  proposed by  ${named(proposer)}
  approved by  ${named(approver)}
  reason       ${reason}`,
  };
}

function named({ person, correspondent }: Administrator): string {
  return `${person.displayName} (${person.subject}, ${person.personId}, ${correspondent})`;
}

/** The question that is answered with yes or no. */
export const question: InBothLanguages = {
  fr: 'Installer cette version ? Elle ne pourra plus être installée autrement. [oui/non] ',
  en: 'Install this release? It cannot be installed differently afterwards. [yes/no] ',
};

/** Whether an answer is a yes, in either language. */
export function isYes(answer: string): boolean {
  return /^\s*(?:o|oui|y|yes)\s*$/i.test(answer);
}

/** One line for what speaks against it. */
export function describeFinding({ file, pointer, code, detail }: InstallationFinding): InBothLanguages {
  const place = [file, pointer].filter((part) => part !== '').join('#');
  const at = place === '' ? '' : `${place} `;
  return { fr: `  ${at}${code} : ${detail.fr}`, en: `  ${at}${code}: ${detail.en}` };
}

/** What was done. */
export function describeEnd(
  status: 'installed' | 'already-installed',
  { sha256 }: Manifest,
  published: boolean,
): InBothLanguages {
  const again = status === 'already-installed';
  return {
    fr: `${again ? 'La version 1 était déjà installée, la même : rien n’a changé' : 'Version 1 installée'} (SHA-256 ${sha256}).
${published ? 'Le service l’a publiée : elle est en vigueur.' : 'Le service la publiera dès qu’il fonctionne ; relancez cette commande pour le vérifier.'}`,
    en: `${again ? 'Release 1 was installed before, the same one: nothing changed' : 'Release 1 is installed'} (SHA-256 ${sha256}).
${published ? 'The service has published it: it is in force.' : 'The service will publish it as soon as it runs; repeat this command to see whether it has.'}`,
  };
}

/** The other ends. */
export const ends = {
  'would-install': {
    fr: 'Tout est en ordre ; rien n’a été écrit (--dry-run).',
    en: 'All is in order; nothing was written (--dry-run).',
  },
  declined: { fr: 'Rien n’a été installé.', en: 'Nothing was installed.' },
  refused: {
    fr: 'Rien n’a été installé :',
    en: 'Nothing was installed:',
  },
  unattended: {
    fr: 'personne à interroger ici : ajoutez --yes',
    en: 'nobody to ask here: add --yes',
  },
} as const satisfies Record<string, InBothLanguages>;

/** A store does not answer. */
export function describeOutage(store: string, code: string): InBothLanguages {
  return {
    fr: `${store} ne répond pas comme configuré (${code}). La commande peut être relancée sans risque.`,
    en: `${store} does not answer as configured (${code}). The command may be repeated safely.`,
  };
}
