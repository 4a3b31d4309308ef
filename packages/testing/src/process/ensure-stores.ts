import { findKafkaRuntime, type KafkaRuntime, KafkaRuntimeMissing } from '../kafka/kafka-runtime.ts';
import { findRedisServer } from '../redis/start-redis.ts';
import { installPackages, mayInstallPackages } from './install-packages.ts';

type Progress = (text: string) => void;

/** What runs Kafka here; installs Java and Maven where we may. Throws KafkaRuntimeMissing with what to install. */
export async function ensureKafkaRuntime(onProgress: Progress): Promise<KafkaRuntime> {
  try {
    return await findKafkaRuntime(onProgress);
  } catch (error) {
    if (!(error instanceof KafkaRuntimeMissing) || !mayInstallPackages()) throw error;
    await installPackages(['openjdk-17-jre-headless', 'maven'], onProgress);
    return await findKafkaRuntime(onProgress);
  }
}

/** Installs Redis where there is none and we may. Nothing fails without it: it only costs speed. */
export async function ensureRedisServer(onProgress: Progress): Promise<void> {
  if ((await findRedisServer()) !== undefined || !mayInstallPackages()) return;
  await installPackages(['redis-server'], onProgress).catch((error: unknown) => {
    onProgress(`redis-server could not be installed: ${error instanceof Error ? error.message : error}`);
  });
}
