import { existsSync, rmSync } from 'node:fs';
import { postgresFolder, publicPrograms } from '@chappe/testing';
import { runningStack } from './files/claim-folder.ts';
import { languageOf } from './language.ts';
import { localFolder } from './local-folder.ts';

const french = languageOf(process.env) === 'fr';
const running = runningStack(localFolder);
if (running !== undefined) {
  console.error(
    french
      ? `Chappe est en service (pid ${running}) : arrêtez-le d’abord.`
      : `Chappe is running (pid ${running}): stop it first.`,
  );
  process.exit(1);
}
const folders = [...new Set([postgresFolder(`${localFolder}/postgres`), localFolder, publicPrograms])].filter(
  existsSync,
);
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
const erased = folders.join(', ');
if (folders.length === 0) console.log(french ? 'Rien à effacer.' : 'Nothing to erase.');
else console.log(french ? `Effacé : ${erased}` : `Erased: ${erased}`);
