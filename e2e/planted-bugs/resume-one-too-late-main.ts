import { mailboxSettings, startMailbox } from '@chappe/mailbox';
import { runService } from '@chappe/service-kit';

/** A defect: a stream that is resumed after a number begins one item behind the next. */
await runService({
  service: 'mailbox',
  settings: mailboxSettings,
  env: process.env,
  start: (config) =>
    startMailbox(config, {
      wrapOutlet(outlet) {
        let opening = true;
        let owed = false;
        return {
          ...outlet,
          write(bytes) {
            const text = bytes.toString('utf8');
            if (opening) {
              opening = false;
              owed = /^id: \d+\.[1-9]\d*$/m.test(text);
            } else if (owed && text.includes('event: delivery\n')) {
              owed = false;
              const kept = text.replace(/event: delivery\n[\s\S]*?\n\n/, '');
              if (kept !== '') outlet.write(Buffer.from(kept));
              return;
            }
            outlet.write(bytes);
          },
        };
      },
    }),
});
