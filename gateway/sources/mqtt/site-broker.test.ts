import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestBroker, until } from './harness.testing.ts';

let gateway: TestBroker;
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(() => gateway.remove());

const topic = 'harbinger/hall/fan-1/severity';
const site = () => gateway.broker.siteBroker!();
const say = (text: string) => site().publish(topic, Buffer.from(text));

describe('messages of the gateway itself', () => {
  it('reach subscribers and those that come later, are its own over a restart, and take nothing from the users', async () => {
    await gateway.start({ retainedMessagesMax: 0, telemetryFilters: ['#'] });
    const early = await gateway.operator();
    const got: string[] = [];
    early.on('message', (_, payload) => got.push(`early ${payload}`));
    await early.subscribeAsync('harbinger/#', { qos: 1 });
    await say('warning');
    await until(() => expect(got).toEqual(['early warning']));
    await gateway.broker.stop();
    await gateway.start({ retainedMessagesMax: 0, telemetryFilters: ['#'] });
    expect([...site().kept()]).toEqual([[topic, 'warning']]);
    const late = await gateway.operator();
    late.on('message', (_, payload, { retain }) => got.push(`late ${payload} ${retain}`));
    await late.subscribeAsync('harbinger/#', { qos: 1 });
    await until(() => expect(got.at(-1)).toBe('late warning true'));
    expect(gateway.broker.stats().retained).toMatchObject({ messages: 0, bytes: 0, refused: 0 });
    await say('');
    await until(() => expect(got.at(-1)).toBe('late  false'));
    expect([...site().kept()]).toEqual([]);
    expect(gateway.intake.messages).toEqual([]);
  });

  it('are sent to a kept session when it comes back', async () => {
    await gateway.start();
    const kept = { clientId: 'panel', clean: false } as const;
    const panel = await gateway.operator(kept);
    await panel.subscribeAsync('harbinger/#', { qos: 1 });
    await panel.endAsync();
    await say('critical');
    const back = gateway.client({ ...kept, username: 'operator', password: 'secret2' });
    const got: string[] = [];
    back.on('message', (_, payload) => got.push(`${payload}`));
    await until(() => expect(got).toEqual(['critical']));
  });
});
