import type { KeyObject } from 'node:crypto';
import { type ConfigProblem, problemsIn } from '../../shared/config/problem.ts';
import { eachSound } from '../../shared/config/sound-view.ts';
import { readProblem } from '../../shared/files/read-problem.ts';
import { readRegularText } from '../../shared/files/read-regular.ts';
import { fingerprintOf, publicKeyOf, type TrustedKey } from '../../shared/model/trust/keys.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { ModelKey, ModelsConfig } from './config.ts';

const keyBytesMax = 16 << 10;

/** Reads the keys whose models may run. @throws HarbingerError MODEL_KEY */
export function trustedKeys({ keys }: ModelsConfig): TrustedKey[] {
  return keys.map((key, i) => ({ name: key.name, publicKey: readKey(key, `models.keys[${i}]`) }));
}

/** Says what is wrong with keys, without reading a file. */
export function keyProblems({ keys }: ModelsConfig): ConfigProblem[] {
  return eachSound(keys, (key, i) => {
    const section = `models.keys[${i}]`;
    if ((key.publicKey === undefined) === (key.publicKeyFile === undefined))
      return [problem(section, 'give either publicKey or publicKeyFile')];
    if (keys.findIndex(({ name }) => name === key.name) < i)
      return [problem(section, `there is another key '${key.name}'; give each a name of its own`)];
    return key.publicKey === undefined ? [] : problemsIn(section, () => readKey(key, section));
  });
}

/** Says what is wrong with the files of keys. */
export function keyFileProblems({ keys }: ModelsConfig): ConfigProblem[] {
  return eachSound(keys, (key, i) => {
    const section = `models.keys[${i}]`;
    return key.publicKeyFile === undefined ? [] : problemsIn(section, () => readKey(key, section));
  });
}

export function keysText(keys: readonly TrustedKey[]): string[] {
  return keys.map(({ name, publicKey }) => `${name} ${fingerprintOf(publicKey)}`);
}

function readKey({ publicKey, publicKeyFile }: ModelKey, section: string): KeyObject {
  const where =
    publicKeyFile === undefined ? `${section}.publicKey` : `${section}.publicKeyFile names ${publicKeyFile}`;
  const fail = (why: string) => new HarbingerError('MODEL_KEY', 'config', `${where}: ${why}`);
  let text = publicKey ?? '';
  if (publicKeyFile !== undefined) {
    try {
      text = readRegularText(publicKeyFile, keyBytesMax);
    } catch (error) {
      throw fail(readProblem(error));
    }
  }
  try {
    return publicKeyOf(text);
  } catch (error) {
    throw fail(messageOf(error));
  }
}

function problem(key: string, why: string): ConfigProblem {
  return { code: 'MODEL_KEY', key, message: `${key}: ${why}` };
}
