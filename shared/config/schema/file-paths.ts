/** The mark of settings that are paths. */

/**
 * For schemas: the setting is the path of a file or folder. It is used as it is written, so a relative one is taken from
 * the working folder of the process, like one on the command line, and unlike the folder of the configuration file.
 * Looking elsewhere, or in both, would make a gateway that is updated open another, empty data folder.
 */
export const filePath = { minLength: 1, isPath: true };
