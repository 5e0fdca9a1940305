import { type ConfigProblem, doubtful } from '../config/problem.ts';
import { rules } from '../config/sound-view.ts';
import { isLoopback } from '../security/loopback.ts';
import type { HttpGuardConfig } from './guard.ts';

/** Returns the problems of HTTP settings that the schema cannot express. @param place where their table is */
export function httpProblems(config: HttpGuardConfig, place: string): ConfigProblem[] {
  return rules(() => {
    if (!config.openOnLoopback) return [];
    if (config.token !== undefined)
      return [
        doubtful(
          `${place}.openOnLoopback`,
          `${place}.openOnLoopback has no effect, because ${place}.token is set`,
        ),
      ];
    if (isLoopback(config.host)) return [];
    const message = `${place}.openOnLoopback has no effect, because ${place}.host is ${config.host}; it counts only where host is a loopback address such as 127.0.0.1`;
    return [doubtful(`${place}.openOnLoopback`, message)];
  });
}
