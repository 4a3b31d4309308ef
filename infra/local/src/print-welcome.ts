import { color } from './colour.ts';
import type { Text } from './language.ts';
import { defaultLocalFolder } from './local-folder.ts';
import type { Stack } from './stack.ts';

const texts = {
  fr: {
    running: 'Chappe est en service.',
    docs: 'documentation',
    account: 'identifiant',
    password: 'mot de passe',
    correspondent: 'pour',
    invented: 'Comptes inventés, propres à cette machine ; les autres sont dans',
    try: 'À essayer dans un autre terminal :',
    logs: 'Journaux :',
    stop: 'Arrêt : Ctrl-C.',
    lead: 'Véhicule suspect devant le consulat (exercice)',
  },
  en: {
    running: 'Chappe is running.',
    docs: 'documentation',
    account: 'user',
    password: 'password',
    correspondent: 'for',
    invented: 'Invented accounts of this machine alone; the others are in',
    try: 'To try in another terminal:',
    logs: 'Logs:',
    stop: 'Stop: Ctrl-C.',
    lead: 'Suspicious vehicle outside the consulate (exercise)',
  },
} as const;

/** What is printed last: where it is, who may sign in, and two commands that work when pasted. */
export function welcome(stack: Stack, language: keyof Text): string {
  const text = texts[language];
  const { url } = stack.state;
  const isDefault = stack.dataDir === defaultLocalFolder;
  const folder = isDefault ? '.local' : stack.dataDir;
  // Another terminal knows nothing of the environment that we were started in.
  const npm = isDefault ? 'npm' : `CHAPPE_STACK=${shellWord(stack.dataDir)} npm`;
  const shown = firstOfEach(accountsShown(stack));
  const widths = {
    username: Math.max(...shown.map(({ username }) => username.length), text.account.length),
    password: Math.max(...shown.map(({ password }) => password.length), text.password.length),
  };
  const row = (username: string, password: string, correspondent: string): string =>
    `  ${username.padEnd(widths.username)}  ${password.padEnd(widths.password)}  ${correspondent}`;
  return [
    '',
    color.bold(text.running),
    `  ${url}`,
    `  ${url}/docs  (${text.docs})`,
    '',
    color.dim(row(text.account, text.password, text.correspondent)),
    ...shown.map(({ username, password, correspondent }) => row(username, password, correspondent)),
    color.dim(`  ${text.invented} ${folder}/accounts.json.`),
    '',
    text.try,
    `  curl -s -H "Authorization: Bearer $(${npm} run -s chappe -- token --as desk:counter-terrorism)" '${url}/v1/inbox?limit=3'`,
    `  ${npm} run -s chappe -- flash "${text.lead}" --as post:DJ --place Djibouti --country DJ --callback "+253 00 00 00 00" --wait`,
    '',
    color.dim(`${text.logs} ${npm} run logs -- [service] [--follow]. ${text.stop}`),
    '',
  ].join('\n');
}

/** The whole network has hundreds: on a screen, those of the correspondents that also have a system. */
function accountsShown({ accounts, clients }: Stack): Stack['accounts'] {
  const played = new Set(clients.map(({ correspondent }) => correspondent));
  return accounts.filter(({ correspondent }) => played.has(correspondent));
}

/** One account per correspondent: the first, which the command line takes as well. */
function firstOfEach(accounts: Stack['accounts']): Stack['accounts'] {
  const seen = new Set<string>();
  return accounts.filter(({ correspondent }) => {
    if (seen.has(correspondent)) return false;
    seen.add(correspondent);
    return true;
  });
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
