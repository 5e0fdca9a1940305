/**
 * Messages in which people report on a machine (gateway/pipeline/maintenance): it failed, was replaced, or is worked on. The
 * windows of maintenance are kept by the main thread, which is asked, and the message waits for its answer.
 */
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { lifecycleNotice, maintenanceReport } from '../../decode/lifecycle-notice.ts';
import type { MachineSchema } from '../../decode/machines/machine-schema.ts';
import type { DecodedChange, DecodedMaintenance } from '../../ports/decode.ts';
import type { RawMessage } from '../../ports/source.ts';
import { letterOf } from '../letter.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';

/** Errors for which a message about maintenance becomes a dead letter: to send it again would change nothing. */
const refusals: ReadonlySet<string> = new Set(['MAINTENANCE_INVALID', 'MAINTENANCE_TOO_MANY']);

/** Passes on what a message reports. Resolves when it is durable. @throws HarbingerError; then it must not be acknowledged */
export async function reported(
  deps: Pick<PipelineDeps, 'lifecycle' | 'maintenance' | 'deadLetters' | 'random'>,
  counts: { deadLetters: number },
  schema: MachineSchema,
  { lifecycle, maintenance }: DecodedChange | DecodedMaintenance,
  message: RawMessage,
): Promise<void> {
  if (lifecycle) await deps.lifecycle(lifecycleNotice(schema, lifecycle, message, deps.random));
  if (maintenance) await maintain(deps, counts, schema, maintenance, message);
}

/** Resolves when it is in force too, or when it is a dead letter, because it cannot be meant. */
async function maintain(
  deps: Pick<PipelineDeps, 'maintenance' | 'deadLetters'>,
  counts: { deadLetters: number },
  schema: MachineSchema,
  said: DecodedMaintenance['maintenance'],
  message: RawMessage,
): Promise<void> {
  // The message is gone when it is known whether what it asks for can be meant.
  const kept = { ...message, payload: Buffer.from(message.payload) };
  try {
    await deps.maintenance(maintenanceReport(schema, said, message));
  } catch (error) {
    if (!(error instanceof HarbingerError && refusals.has(error.code))) throw error;
    counts.deadLetters++;
    await deps.deadLetters([letterOf(kept, error)]);
  }
}
