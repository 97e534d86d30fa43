/* error_ids.h - the numbers of the messages of core/host, 5000 to 5099. Stable: a number is never
 * given to another message. */
#ifndef SP_HOST_ERROR_IDS_H
#define SP_HOST_ERROR_IDS_H

enum {
  /* folders and manifests */
  SP_ID_FOLDER_RELATIVE = 5000,  /* a plugin folder or file that is not named by an absolute path */
  SP_ID_FOLDER_MISSING = 5001,   /* a plugin folder that was named is not there */
  SP_ID_FOLDER_OPEN = 5002,      /* a plugin folder cannot be read */
  SP_ID_FOLDER_TRUST = 5003,     /* others could change what is in it */
  SP_ID_FILE_TRUST = 5004,       /* others could change the file, or it is a link */
  SP_ID_FILE_OPEN = 5005,        /* a file of a plugin cannot be opened or read */
  SP_ID_MANIFEST = 5006,         /* a manifest that is none */
  SP_ID_MANIFEST_TWICE = 5007,   /* two plugins of one name in a folder */
  SP_ID_MANIFEST_DIFFERS = 5008, /* the plugin is not what its manifest says */
  SP_ID_PLUGIN_HIDES = 5009,     /* a user's own plugin has the name of a shipped one */

  /* loading */
  SP_ID_PLUGIN_UNKNOWN = 5020, /* no plugin of this name */
  SP_ID_PLUGIN_DIGEST = 5021,  /* SHA-256 is not the manifest's */
  SP_ID_PLUGIN_LOAD = 5022,    /* the system cannot load it */
  SP_ID_PLUGIN_SYMBOL = 5023,  /* no sampan_module_v1 */
  SP_ID_PLUGIN_MAGIC = 5024,   /* not a module */
  SP_ID_PLUGIN_ABI = 5025,     /* another version of the ABI */
  SP_ID_PLUGIN_SHORT = 5026,   /* a struct that is too short */
  SP_ID_PLUGIN_NAME = 5027,    /* a name that is wrong, or not the one that was asked for */
  SP_ID_PLUGIN_BROKEN = 5028,  /* a descriptor that breaks another rule */
  SP_ID_PLUGIN_OTHER = 5029,   /* the loaded file is not the checked one */

  /* parameters */
  SP_ID_PARAM_UNKNOWN = 5040, /* a key that the plugin does not have */
  SP_ID_PARAM_NEEDS = 5041,   /* a required parameter is missing */
  SP_ID_PARAM_KIND = 5042,    /* a list where a value belongs, and the like */
  SP_ID_PARAM_NUMBER = 5043,  /* not a number */
  SP_ID_PARAM_RANGE = 5044,   /* out of range */
  SP_ID_PARAM_CHOICE = 5045,  /* none of the choices */
  SP_ID_PARAM_TRUTH = 5046,   /* neither yes nor no */
  SP_ID_PARAM_TABLE = 5047,   /* a table that is not there */

  /* tables */
  SP_ID_TABLE_TEXT = 5050,   /* not UTF-8, or a character that cannot stand there */
  SP_ID_TABLE_QUOTE = 5051,  /* a quote where none can stand, or one that is not closed */
  SP_ID_TABLE_RAGGED = 5052, /* a row with more or fewer cells than the header */
  SP_ID_TABLE_HEADER = 5053, /* a header without a name, or with a name twice */
  SP_ID_TABLE_EMPTY = 5054,  /* no rows */
  SP_ID_TABLE_SIZE = 5055,   /* too many cells */

  /* sources */
  SP_ID_SOURCE_CONTRACT = 5060,   /* a source that breaks its contract */
  SP_ID_SOURCE_SILENT = 5061,     /* a source that failed without a message */
  SP_ID_SOURCE_INCOMPLETE = 5062, /* fewer or more records than the file declares */
  SP_ID_SOURCE_CRASHED = 5063,    /* the child process was ended by a signal */
  SP_ID_SOURCE_EXITED = 5064,     /* the child process ended itself */
  SP_ID_SOURCE_HANGS = 5065,      /* the child process makes no progress */
  SP_ID_SOURCE_LIMIT = 5066,      /* the child process used too much processor time */
  SP_ID_SOURCE_MESSAGE = 5067,    /* the child process sent something that makes no sense */
  SP_ID_SOURCE_PROCESS = 5068,    /* no child process could be started */
  SP_ID_SOURCE_CANCELLED = 5069
};

#endif
