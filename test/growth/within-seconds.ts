import { createContext, Script } from 'node:vm';

const context: { work?: () => unknown } = createContext({});
const script = new Script('work()');

/** Runs work that may never end. It is interrupted after `seconds`, and then throws an error that names `about`. */
export function withinSeconds<T>(seconds: number, about: string, work: () => T): T {
  context.work = work;
  try {
    return script.runInContext(context, { timeout: seconds * 1_000 }) as T;
  } catch (error) {
    const isLate = (error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    throw isLate ? new Error(`it took more than ${seconds} s: ${about}`) : error;
  }
}
