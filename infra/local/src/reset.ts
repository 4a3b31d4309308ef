import { existsSync, rmSync } from 'node:fs';
import { postgresFolder, publicPrograms } from '@chappe/testing';
import { runningStack } from './files/claim-folder.ts';
import { languageOf } from './language.ts';
import { belongsToStack, defaultLocalFolder, localFolderFrom } from './local-folder.ts';

const french = languageOf(process.env) === 'fr';
const localFolder = localFolderFrom(process.env);
const running = runningStack(localFolder);
if (running !== undefined) {
  console.error(
    french
      ? `Chappe est en service (pid ${running}) : arrêtez-le d’abord.`
      : `Chappe is running (pid ${running}): stop it first.`,
  );
  process.exit(1);
}
if (!belongsToStack(localFolder)) {
  console.error(
    french
      ? `CHAPPE_STACK désigne un dossier qui n’est pas celui d’une plateforme : ${localFolder}`
      : `CHAPPE_STACK names a folder of something else: ${localFolder}`,
  );
  process.exit(1);
}
// The programs are shared by all stacks of this checkout, so a second one leaves them alone.
const programs = localFolder === defaultLocalFolder ? [publicPrograms] : [];
const folders = [...new Set([postgresFolder(`${localFolder}/postgres`), localFolder, ...programs])].filter(
  existsSync,
);
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
const erased = folders.join(', ');
if (folders.length === 0) console.log(french ? 'Rien à effacer.' : 'Nothing to erase.');
else console.log(french ? `Effacé : ${erased}` : `Erased: ${erased}`);
