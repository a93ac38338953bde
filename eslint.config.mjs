import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Which rooms each room may import: see the table in the README, "The house". */
const rooms = {
  config: [],
  bridge: [],
  log: [],
  x: ['bridge', 'config'],
  host: ['bridge'],
  store: ['bridge'],
  bot: ['bridge'],
  http: ['bridge', 'config'],
  admin: ['bridge', 'config', 'panel'],
  panel: [],
};

const allRooms = Object.keys(rooms);
const roomRules = Object.entries(rooms).map(([room, may]) => ({
  files: [`plugin/${room}/**/*.ts`, `plugin/${room}/**/*.tsx`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: allRooms
          .filter((other) => other !== room && !may.includes(other))
          .map((other) => ({ group: [`../${other}/*`], message: `${room}/ must not import ${other}/.` })),
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
      'max-lines-per-function': ['error', { max: 45, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      // Mistakes winston's transports, whose types inherit through an interface, for foreign objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
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
      },
    },
  },
  ...roomRules,
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
