/** The keys with which this user signs models: where they are, and how they are made. */
import { createPrivateKey } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { isIdentifier } from '../../shared/contract/topics.ts';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { readProblem } from '../../shared/files/read-problem.ts';
import { readRegularText } from '../../shared/files/read-regular.ts';
import { newKeyPair, publicTextOf, type SigningKey } from '../../shared/model/trust/keys.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

const ending = '.key';
const keyBytesMax = 16 << 10;

/** The folder of the keys of this user, outside of every repository and data folder. */
export function keysDir(): string {
  return resolve(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'harbinger', 'keys');
}

export interface CreatedKey {
  name: string;
  file: string;
  publicKey: string;
}

/** Makes a key that only this user can read. One that exists is never replaced. @throws HarbingerError MODEL_KEY_FILE */
export function createKey(name: string, dir = keysDir()): CreatedKey {
  if (!isIdentifier(name))
    throw problem(
      `'${name}' is not a name for a key: letters, digits, _ . and -, beginning with a letter or digit`,
    );
  const file = join(dir, `${name}${ending}`);
  const { privatePem, publicText } = newKeyPair();
  try {
    makeFolder(dir, 0o700);
    writeFileSync(file, privatePem, { mode: 0o600, flag: 'wx', flush: true });
    chmodSync(file, 0o600);
    writeFileSync(join(dir, `${name}.pub`), `${publicText}\n`, { mode: 0o644 });
  } catch (error) {
    const why = codeOf(error) === 'EEXIST' ? 'it exists already; give another name' : messageOf(error);
    throw problem(`the key ${file} cannot be made: ${why}`);
  }
  return { name, file, publicKey: publicText };
}

export function keyNames(dir = keysDir()): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((file) => file.endsWith(ending))
    .map((file) => basename(file, ending))
    .sort();
}

/** Reads a key by its name, or by the path of its file. @throws HarbingerError MODEL_KEY_FILE */
export function readSigningKey(nameOrFile: string, dir = keysDir()): SigningKey {
  const isName = isIdentifier(nameOrFile) && existsSync(join(dir, `${nameOrFile}${ending}`));
  const file = isName ? join(dir, `${nameOrFile}${ending}`) : nameOrFile;
  let text: string;
  try {
    text = readRegularText(file, keyBytesMax);
  } catch (error) {
    const known = keyNames(dir);
    const hint =
      known.length === 0
        ? 'make one with `harbinger models keys create site`'
        : `there are: ${known.join(', ')}`;
    throw problem(`the key ${file} cannot be read: ${readProblem(error)} (keys in ${dir}; ${hint})`);
  }
  const name = basename(file).replace(/\.(?:key|pem)$/, '');
  try {
    const privateKey = createPrivateKey(text);
    if (privateKey.asymmetricKeyType === 'ed25519' && isIdentifier(name)) return { name, privateKey };
  } catch {
    // The error below names what it should be.
  }
  throw problem(
    `the key ${file} is not a private key of Ed25519 in PEM; make one with \`harbinger models keys create site\``,
  );
}

/** Finds the key with which this user signs: the given one, that of $HARBINGER_MODEL_KEY, or the only one there is; null if there is none. */
export function ownKey(given: string | undefined, dir = keysDir()): SigningKey | null {
  const named = given ?? (process.env.HARBINGER_MODEL_KEY || undefined);
  if (named !== undefined) return readSigningKey(named, dir);
  const names = keyNames(dir);
  if (names.length > 1)
    throw problem(`there are several keys in ${dir}: ${names.join(', ')}; say which one signs: --key NAME`);
  return names[0] === undefined ? null : readSigningKey(names[0], dir);
}

/** Returns the keys of this user as a gateway's configuration names them, without those that cannot be read. */
export function trustedOwnKeys(dir = keysDir()): { name: string; publicKey: string }[] {
  return keyNames(dir).flatMap((name) => {
    try {
      return [{ name, publicKey: publicKeyText(readSigningKey(name, dir)) }];
    } catch {
      return [];
    }
  });
}

/** The lines of a gateway's configuration by which it trusts a key. */
export function configLines(name: string, publicKey: string): string {
  return `[[models.keys]]\nname = "${name}"\npublicKey = "${publicKey}"\n`;
}

export function publicKeyText(key: SigningKey): string {
  return publicTextOf(key.privateKey);
}

export function noKey(): HarbingerError {
  return problem('there is no key to sign with; make one with `harbinger models keys create site`');
}

function problem(message: string): HarbingerError {
  return new HarbingerError('MODEL_KEY_FILE', 'cli', message);
}
