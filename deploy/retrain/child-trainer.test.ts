import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { TrainingOrder } from '../../cloud/ports/models/training.ts';
import { compiledEntry } from '../../shared/files/paths.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { childTrainer } from './child-trainer.ts';

const order: TrainingOrder = {
  ...{ machineType: 'pump', out: '/out', key: null, machineTypesDir: null, livesMin: 10, rowsMax: 1_000 },
  ...{ tolerance: 0.05, isShadowWanted: true, memoryMb: 256, by: 'schedule' },
};
const api = { url: 'http://127.0.0.1:1', token: 'a-secret-token' };
const never = new AbortController().signal;
/** A trainer whose child runs this script, with the arguments of the command after it. */
const running = (script: string) =>
  childTrainer(systemClock, () => ({ command: process.execPath, args: ['-e', script, '--'] }));

describe('a training in a process of its own', () => {
  it('answers with the candidate; the token is in no argument, and without a key nothing is pushed', async () => {
    const script = `const args = process.argv.join(' ');
      const reasons = [args, String(args.includes(process.env.HARBINGER_TOKEN))];
      console.log(JSON.stringify({ model: 'm@2.1.0', against: null, isNotWorse: true, isPushed: false, isShadow: false, reasons }));`;
    const done = await running(script).train(order, api, never);
    expect(done).toMatchObject({ model: 'm@2.1.0', isNotWorse: true });
    expect(done).not.toHaveProperty('against');
    expect(done.reasons[0]).toMatch(/--from store .*--machine-type pump .*--no-push --no-sign/);
    expect(done.reasons[1]).toBe('false');
    const signed = await running(script).train({ ...order, key: '/keys/site.key' }, api, never);
    expect(signed.reasons[0]).toMatch(/--key \/keys\/site.key$/);
  });

  it('that fails says what its process has said last', async () => {
    const script = `process.stderr.write('reading\\nharbinger: there are too few lives of pump\\n'); process.exitCode = 1;`;
    await expect(running(script).train(order, api, never)).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      message: 'there are too few lives of pump',
    });
    await expect(running('process.exit(3)').train(order, api, never)).rejects.toThrow(/exit code 3/);
    await expect(running('console.log("{")').train(order, api, never)).rejects.toThrow(/cannot be read/);
  });

  it('is ended when its process takes too much memory, and says how much it may take', async () => {
    const script = ['-e', 'setInterval(() => {}, 1000)', '--'];
    const command = () => ({ command: process.execPath, args: script });
    const trainer = childTrainer(systemClock, command, () => 5_000);
    await expect(trainer.train(order, api, never)).rejects.toThrow(
      /took 5000 MB of memory, and may take 768 \(jobs.retraining.memoryMb/,
    );
  });

  it('ends when the input that its parent holds open is closed', async () => {
    // A cloud that takes requests and never answers.
    const cloud = createServer(() => {});
    await new Promise<void>((resolve) => cloud.listen(0, '127.0.0.1', resolve));
    const { port } = cloud.address() as AddressInfo;
    const args = ['models', 'train', '--from', 'store', '--machine-type', 'pump', '--no-push', '--no-sign'];
    const child = spawn(
      process.execPath,
      [compiledEntry('deploy/cli/main'), ...args, '--url', `http://127.0.0.1:${port}`],
      { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, HARBINGER_ENDS_WITH_INPUT: '1' } },
    );
    const ended = once(child, 'exit');
    await once(cloud, 'request');
    child.stdin!.end();
    await ended;
    cloud.closeAllConnections();
    cloud.close();
  });

  it('is ended when its time is up, and one that cannot be started says so', async () => {
    const abort = new AbortController();
    const training = running('setInterval(() => {}, 1000); console.log("up")').train(
      order,
      api,
      abort.signal,
    );
    abort.abort();
    await expect(training).rejects.toThrow(/SIGTERM/);
    await expect(running('').train(order, api, AbortSignal.abort())).rejects.toThrow(/before it began/);
    const none = childTrainer(systemClock, () => ({ command: '/no/such/program', args: [] }));
    await expect(none.train(order, api, never)).rejects.toThrow(/cannot be started/);
  });
});
