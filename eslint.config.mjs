import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Which folders each folder may import: see the table in docs/architecture.md. */
const imports = {
  texts: [],
  core: ['texts'],
  disk: [],
  launcher: [],
  log: ['core'],
  panel: ['core', 'texts'],
  x: ['core', 'texts', 'disk'],
  motion: ['core', 'texts'],
  store: ['core', 'texts'],
  bot: ['core'],
  settings: ['core', 'texts', 'disk', 'x'],
  accounts: ['core', 'texts', 'settings', 'x', 'motion', 'bot'],
  admin: ['core', 'texts', 'disk', 'settings', 'x', 'motion', 'accounts', 'panel'],
  http: ['core', 'texts', 'settings', 'x', 'accounts', 'admin', 'panel'],
  commands: ['core', 'disk', 'store'],
  app: ['core', 'texts', 'log', 'settings', 'x', 'store', 'accounts', 'admin', 'http', 'commands'],
};

const folders = Object.keys(imports);
const importRules = folders.map((folder) => ({
  files: [`plugin/${folder}/**/*.ts`, `plugin/${folder}/**/*.tsx`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [...folders, 'main']
          .filter((other) => other !== folder && !imports[folder].includes(other))
          .map((other) => ({
            // From any depth of folders.
            regex: String.raw`^(?:\.\./)+${other}(?:/|$)`,
            message: `${folder}/ must not import ${other}${other === 'main' ? '.ts' : '/'}.`,
          })),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'data/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      // Mistakes winston's transports, whose types inherit through an interface, for foreign objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['plugin/**/*.ts', 'plugin/**/*.tsx', 'scripts/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Program > ExpressionStatement:not(:last-child)',
          message:
            'A module that does something when it is loaded does it last: what stands below has no value yet.',
        },
      ],
    },
  },
  {
    // A language is one file.
    files: ['plugin/texts/**/*.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    // A component is mostly markup, one attribute a line.
    files: ['plugin/panel/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 65, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'readonly',
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        __dirname: 'readonly',
        document: 'readonly',
        window: 'readonly',
        fetch: 'readonly',
        EventSource: 'readonly',
        FileReader: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        performance: 'readonly',
      },
    },
  },
  ...importRules,
  {
    files: ['test/simulators/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/plugin/**'], message: 'The simulators know nothing of the plugin.' }] },
      ],
    },
  },
);
