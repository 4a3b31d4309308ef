import { localServices } from '@chappe/local';
import { delayAnswers, dropAnswers, refuseConnections } from './disturb-answers.ts';
import type { Fault } from './fault.ts';
import { fillDisk } from './fill-disk.ts';
import { forgeRedis } from './forge-redis.ts';
import { freezeService } from './freeze-service.ts';
import { killAtStep } from './kill-at-step.ts';
import { freezeBroker, killAllBrokers, killBroker, killTwoBrokers, stopBroker } from './kill-broker.ts';
import { killService } from './kill-service.ts';
import { killPostgres, terminateBackends } from './lose-postgres.ts';
import { emptyRedis, killRedis } from './lose-redis.ts';
import { moveLeaders } from './move-leaders.ts';
import { publishPoison } from './publish-poison.ts';
import { repeatConcurrently } from './repeat-concurrently.ts';
import { sendOversized } from './send-oversized.ts';
import { stepClock } from './step-clock.ts';
import { stormRebalances } from './storm-rebalances.ts';

/** Every kind of fault that a chaos run knows. */
export const allFaults: readonly Fault[] = [
  ...localServices.map(killService),
  killAtStep,
  freezeService,
  stepClock,
  stormRebalances,
  killBroker,
  killTwoBrokers,
  killAllBrokers,
  stopBroker,
  freezeBroker,
  moveLeaders,
  dropAnswers('kafka'),
  delayAnswers('kafka'),
  refuseConnections('kafka'),
  dropAnswers('postgres'),
  delayAnswers('postgres'),
  refuseConnections('postgres'),
  killPostgres,
  terminateBackends,
  fillDisk('postgres'),
  fillDisk('broker'),
  killRedis,
  emptyRedis,
  forgeRedis,
  repeatConcurrently,
  publishPoison,
  sendOversized,
];
