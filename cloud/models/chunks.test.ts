/** Answers to what gateways ask about models. */
import { expect, it } from 'vitest';
import { encodeAsk, parseChunk } from '../../shared/contract/models/chunks.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { RegistryChunks } from './chunks.ts';

const chunks = new RegistryChunks({ find: () => null, pathOf: () => '' }, silentLog);
const ask = { id: 7, name: 'pump-rul', model: '2.1.0', offset: 0, bytes: 100 };
const answered = async (message: Buffer) => {
  const answer = await chunks.answer(message);
  return answer && parseChunk(answer);
};

it('says what it does not have, and what it does not understand; only what names nothing has no answer', async () => {
  const about = { id: 7, name: 'pump-rul', model: '2.1.0' };
  expect(await answered(encodeAsk(ask))).toEqual({ ...about, problem: 'absent' });
  const later = { ...ask, version: 2, window: 4 };
  for (const message of [later, { ...ask, version: 1, bytes: 1 << 20 }])
    expect(await answered(Buffer.from(JSON.stringify(message)))).toEqual({
      ...about,
      problem: 'not-understood',
    });
  for (const text of ['', '{', '{"version":1}', JSON.stringify({ ...later, model: 'x'.repeat(2_000) })])
    expect(await answered(Buffer.from(text))).toBeNull();
});
