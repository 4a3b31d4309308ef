import { loadConfig } from '@chappe/service-kit';
import { directorySettings } from '../src/config.ts';
import { installFirstRelease } from '../src/install-first-release.ts';
import { listeningTerminal, requestFor } from './installation-scene.ts';

/** An installer as a process of its own, which kills itself at one step. */
const { CRASH_AT, FILES = '', ...environment } = process.env;
const config = loadConfig(directorySettings, environment);

function reach(step: string): void {
  if (step === CRASH_AT) process.kill(process.pid, 'SIGKILL');
}

const outcome = await installFirstRelease(
  config,
  requestFor(FILES, config.OIDC_ISSUER),
  listeningTerminal().terminal,
  {
    wrapStore: (store) => ({
      ...store,
      async prepare() {
        reach('agreed');
        await store.prepare();
        reach('prepared');
      },
      async install(plan, record) {
        const planned = await store.install(
          (last) => {
            const decided = plan(last);
            reach('planned');
            return decided;
          },
          {
            ...record,
            entriesOf(manifest) {
              // The release is inserted in this transaction, its audit entries are not yet.
              reach('inserted');
              return record.entriesOf(manifest);
            },
          },
        );
        reach('committed');
        return planned;
      },
    }),
  },
);
process.exit(outcome.status === 'installed' ? 0 : 1);
