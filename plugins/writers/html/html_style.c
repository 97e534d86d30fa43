/* html_style.c - the style sheet, the verdict marks and the script. Sizes, widths and colours are
 * those of docs/annex.md. Width queries are for `screen` alone, or the phone's rules would reach
 * A4. */
#include "html.h"

/* clang-format off */

/* Rows of a table as blocks, for tables of class c: the title, a grid of three figures, full
 * lines. */
#define BLOCKS(c)                                                                                  \
  c " thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\n"        \
  c "," c " tbody{display:block;max-width:none}\n"                                                 \
  c " colgroup{display:none}\n" c " caption{display:block}\n"                                                                    \
  c " tr.b{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:4px 12px;"               \
    "padding:10px 0;border-bottom:1.5px solid #999}\n"                                             \
  c " tr.b>*{display:block;border:0;padding:2px 0;text-align:left;white-space:normal}\n"           \
  c " tr.b>.po," c " tr.b>.p3," c " tr.b>.mt{display:none}\n"                                      \
  c " tr.b>.p1{order:-1;grid-column:1/-1;font-weight:700;font-size:16px}\n"                                 \
  c " tr.b>.p2{grid-column:1/-1}\n"                                                                \
  c " tr.b>td::before{content:attr(data-l);display:block;font-size:12px;font-weight:400;"          \
    "line-height:1.4;color:var(--mut)}\n"                                                          \
  c " tr.b.tot>*{border:0}\n"                                                                      \
  c " tr.g,.t" c " tr.g>th{display:block}\n"                                                       \
  c " tr.g>.po{display:none}\n"                                                                    \
  c " tr.fr{border-left:5px solid #111;padding-left:12px}\n"                                       \
  c " tr.fr>*{border:0}\n"

const char *const html_style[] = {
/* base */
":root{--mut:#555;--hair:#ddd;"
"--sans:\"Noto Sans CJK SC\",\"Source Han Sans SC\",\"PingFang SC\",\"Microsoft YaHei\",\"Hiragino Sans GB\",sans-serif;"
"--serif:\"Noto Serif CJK SC\",\"Source Han Serif SC\",\"Songti SC\",\"STSong\",\"SimSun\",serif;"
"--mono:\"Liberation Mono\",Consolas,Menlo,monospace}\n"
":root:lang(en){--sans:\"Noto Sans\",\"Segoe UI\",\"Helvetica Neue\",Arial,sans-serif;"
"--serif:\"Noto Serif\",Georgia,\"Times New Roman\",serif}\n"
"*{box-sizing:border-box}\n"
"html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
"body{margin:0;background:#fff;color:#111;font:400 16px/1.75 var(--sans);"
"font-variant-numeric:tabular-nums lining-nums;overflow-wrap:break-word}\n"
".defs{position:absolute}\n"
"main{max-width:1216px;margin:0 auto;padding:40px 28px 80px}\n"
"h1,h2{font-family:var(--serif);font-weight:700;line-height:1.35;text-wrap:balance}\n"
"h1{font-size:32px;margin:.2em 0 .35em}\n"
":lang(zh) h1{word-break:keep-all;overflow-wrap:anywhere}\n"
"h2{font-size:23px;margin:64px 0 6px;padding-top:14px;border-top:3px solid #111}\n"
"h3{font-size:19px;line-height:1.5;margin:30px 0 8px}\n"
"em{font-style:normal;font-weight:400;color:var(--mut)}\n"
"h2 em{font:400 14px var(--sans);margin-left:12px}\n"
"h3 em{font-size:13px;margin-left:10px}\n"
"p{margin:.5em 0;max-width:46em}\n"
"small{font-size:12.5px;font-weight:400;color:#444}\n"
"sup{font-size:11px;line-height:0;margin-left:2px;font-weight:400}\n"
".lead{font-size:18px}\n"
".note,.fn{font-size:14px;line-height:1.7;color:#333}\n"
".note{max-width:52em}\n"
"a{color:inherit;text-decoration-color:#999;text-underline-offset:3px}\n"
"a:focus-visible,button:focus-visible{outline:3px solid #0072B2;outline-offset:2px}\n",
/* head */
".fj{font-weight:700;font-size:18px;margin:0}\n"
".demo{display:inline-block;margin:0 0 12px;padding:2px 12px;border:2px solid #111;font-weight:700;letter-spacing:.06em}\n"
".demo span{font-weight:400;letter-spacing:0}\n"
".meta{display:flex;flex-wrap:wrap;gap:0 28px;max-width:none;margin:0;font-size:14px;color:#333}\n"
"nav{margin:18px 0 0;font-size:14px;line-height:2.1}\n"
"nav a{display:inline-block;margin-right:16px;white-space:nowrap}\n",
/* marks */
".vd{display:inline-flex;align-items:flex-start;gap:5px;font-weight:700;vertical-align:bottom}\n"
"p .vd,dd .vd{margin:0 2px}\n"
".vd b{font-weight:700}\n"
".ic{width:17px;height:17px;flex:none;margin-top:calc(.5lh - 8.5px)}\n"
".ib{width:30px;height:30px;flex:none}\n"
"svg{overflow:visible}\n"
"svg text{font-family:var(--sans);paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}\n",
/* counts */
".sums{display:grid;grid-template-columns:repeat(var(--n),minmax(0,1fr));gap:0 28px;margin:26px 0 8px}\n"
".sum{border-top:2px solid #111;padding-top:10px}\n"
".sh{display:flex;align-items:center;gap:10px;font-weight:700}\n"
".sh b{font:700 40px/1 var(--serif)}\n"
".its{margin-top:8px;font-size:14px}\n"
".it{display:block;padding-left:2.6em;text-indent:-2.6em}\n"
".nb{display:inline-block;min-width:2.6em;color:var(--mut);text-indent:0}\n",
/* numbered paragraphs, facts, code */
".li{max-width:52em;margin:0;padding:4px 0 4px 2em;position:relative}\n"
".li .n{position:absolute;left:0;font:700 18px/1.6 var(--serif)}\n"
"dl{display:grid;grid-template-columns:8em minmax(0,1fr);gap:8px 20px;max-width:60em;margin:12px 0;font-size:15px}\n"
"dt{font-weight:700}\ndd{margin:0}\n"
"code{font:12.5px/1.6 var(--mono);overflow-wrap:anywhere}\n"
"pre{margin:8px 0;padding:6px 14px;border-left:3px solid #111;font:13px/1.6 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}\n",
/* tables */
"table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.5}\n"
"caption{text-align:left;font-weight:700;font-size:14px;padding:6px 0}\n"
"th{text-align:left;font-weight:400}\n"
"thead th{font-weight:700;vertical-align:bottom;border-bottom:1.5px solid #111;padding:6px 8px}\n"
"thead th small{font-size:12px;line-height:1.4;color:var(--mut)}\n"
"td,tbody th{padding:6px 8px;vertical-align:top;border-bottom:1px solid var(--hair)}\n"
"td:first-child,th:first-child{padding-left:4px}\n"
".r{text-align:right}\ntd.r{white-space:nowrap}\n.c{text-align:center}\n"
".tb{margin:14px 0 20px}\n"
".cmp{font-size:13.5px}\n"
".fn{margin:10px 0 0;padding:0;list-style:none}\n"
".fn li{break-inside:avoid;margin-bottom:4px}\n"
".two-up{columns:2;column-gap:40px}\n"
"tr.g th{padding-top:20px;border-bottom:1.5px solid #111;font:700 15px var(--serif)}\n"
"tr.g small{margin-left:12px;font-family:var(--sans);font-size:13px;color:var(--mut)}\n"
"tr.tot>*{font-weight:700;border-top:2px solid #111;border-bottom:1.5px solid #111}\n"
"tr.mu>*{color:#555}\n"
".t th.p1[scope=row]{font-weight:700}\n"
"tr.fr>*{border-top:2.5px solid #111;border-bottom:2.5px solid #111}\n"
".tools{display:flex;flex-wrap:wrap;gap:6px 22px;margin:14px 0 6px;font-size:14px}\n"
".tools[hidden]{display:none}\n"
".grp{display:flex;flex-wrap:wrap;gap:6px;align-items:center}\n"
".grp span{color:var(--mut);margin-right:2px}\n"
".tools button{min-height:32px;padding:3px 12px;border:1px solid #777;border-radius:0;background:#fff;color:#111;font:inherit;cursor:pointer}\n"
".tools button[aria-pressed=true]{background:#111;border-color:#111;color:#fff}\n",
/* charts */
"figure{margin:16px 0 22px;min-width:0}\n"
"figcaption{margin-bottom:6px;font-size:14px;font-weight:700}\n"
".leg{display:flex;flex-wrap:wrap;gap:0 20px;font-weight:400;font-size:13px;color:#333}\n"
".leg span{display:inline-flex;align-items:center;gap:5px}\n"
".ky{flex:none}\n"
".k{table-layout:fixed}\n"
".k td,.k tbody th{padding:0 8px;vertical-align:middle}\n"
".k thead th.st{font-weight:400;font-size:13px;padding:6px 0}\n"
".k .st{position:relative;padding:0}\n"
".k svg{display:block}\n"
".k td:first-child,.k tbody th:first-child{padding-left:4px}\n"
".k td.st:first-child{padding:0}\n"
".bh{position:absolute;left:0;top:0;height:calc(100% + 1px)}\n"
".strip{position:relative}\n"
".k tr.sr>*{border-bottom:1px solid var(--hair)}\n"
".k tr.sr .st{border-bottom-color:transparent}\n"
".k tr.gp>*,.k tr.ax>*,.inl tr.sr>*,.bare tr>*{border-bottom:0}\n"
".k tr.gp th{height:30px;padding-top:6px;font-weight:700;font-size:13px;color:var(--mut)}\n"
".inl tr.gp~tr.sr>th{padding-left:20px}\n"
".k tr.bd>*{font-weight:700}\n"
".two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 44px;align-items:start}\n",
/* cards */
".card{border-top:1.5px solid #111;margin:34px 0 0;padding-top:12px}\n"
".card h3{margin:2px 0 8px}\n"
".cno{display:block;font-size:14px;font-weight:700}\n"
".cno small{font-size:14px;font-weight:700;color:#111}\n"
".card h3+.lead{font-weight:700;font-size:19px;margin-top:0}\n"
".card p{font-size:14px}\n"
"footer{margin-top:56px;padding-top:10px;border-top:1.5px solid #111;font-size:14px}\n"

"@media screen{.po{display:none!important}\n"
"main{overflow-x:clip}\n"
".t{max-width:var(--w,none)}\n"
".fx{table-layout:fixed}\n"
"col{width:var(--s,auto)}\n.k col{width:auto}\n"
".bw thead th{position:sticky;top:0;z-index:1;background:#fff;box-shadow:0 1.5px #111}\n"
".cmp thead th{font-size:13px;line-height:1.4}\n"
".cmp td,.cmp tbody th,.cmp thead th{padding:7px 6px}\n"
".fx td{overflow-wrap:anywhere}\n}\n",

"@media screen and (max-width:900px){\n" BLOCKS(".bw")
".two{grid-template-columns:minmax(0,1fr)}\n.two .t{max-width:none}\n"
".two-up{columns:1}\n"
".sums{grid-template-columns:1fr 1fr;gap:22px}\n}\n",

"@media screen and (max-width:600px){\n" BLOCKS(".bn")
"main{padding:20px 16px 60px}\n"
"h1{font-size:25px}\nh2{font-size:20px;margin-top:48px}\nh2 em{display:block;margin:0}\nh3{font-size:17px}\n"
"h3 em{display:block;margin:0}\n"
".lead{font-size:16px}\n.card h3+.lead{font-size:17px}\n.demo{padding:2px 8px;font-size:15px}\n"
".meta{display:block}\n.meta span{display:block}\n"
".sums{grid-template-columns:1fr;gap:16px}\n"
"dl{display:block}\ndd{margin-bottom:10px}\n"
".t:not(.bw):not(.bn){font-size:12.5px}\n"
".t:not(.bw):not(.bn) td,.t:not(.bw):not(.bn) th{padding:5px 3px;white-space:normal}\n"
".k,.k tbody{display:block}\n.k colgroup,.k thead{display:none}\n"
".bare tr,.bare .st{display:block}\n",
/* one line: label, strip, figure */
".inl tr{display:grid;grid-template-columns:5.6em minmax(0,1fr) 3.4em}\n"
".inl tr>*{display:flex;align-items:center;min-width:0}\n"
".inl .xl,.inl .x:not(.x0):not(.xl),.inl .iv{display:none}\n"
".inl tbody tr>th:first-child,.inl tbody tr>td:first-child{padding:0 4px 0 0}\n"
".inl td.x0{justify-content:flex-end;padding:0}\n"
".inl .st{display:flex}\n"
".inl tr.gp~tr.sr>th:first-child{padding:0 2px 0 8px}\n",
/* texts, then the strip at full width */
".stk tr{display:flex;flex-wrap:wrap;gap:0 14px;padding:8px 0 4px;border-bottom:1px solid var(--hair)}\n"
".stk tr.sr>*{border:0;padding:0}\n"
".stk tr>th:first-child{flex:1 0 100%;padding:0;font-weight:700}\n"
".stk td.x{white-space:normal}\n"
".stk td.x::before{content:attr(data-l);margin-right:5px;font-size:12px;font-weight:400;color:var(--mut)}\n"
".stk .mt{display:none}\n"
".stk td.st{flex:1 0 100%;order:9}\n"
".stk tr.ax{padding:0;border:0}\n}\n",

/* paper */
"@page{size:A4 portrait;margin:15mm 16mm 17mm;"
"@bottom-center{content:\"\\2014  \" counter(page) \" \\2014\";font:10.5pt \"Liberation Serif\",\"Times New Roman\",serif}"
"@top-right{font:8pt \"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif;color:#555}}\n"
"@page wide{size:A4 landscape;margin:16mm 14mm 18mm}\n"
"@media print{.so,nav,.tools{display:none!important}\n"
"*{-webkit-print-color-adjust:exact;print-color-adjust:exact}\n"
"body{font-size:10pt;line-height:1.55}\n"
".card p{margin:.25em 0}\n"
"main{max-width:none;padding:0}\n"
"h1{font-size:20pt}\n"
"h2{font-size:14pt;margin:15pt 0 2pt;padding-top:5pt;border-top-width:1.5pt}\n"
"h3{font-size:12pt;margin:9pt 0 3pt}\n"
"h2,h3,figcaption,tr.g{break-after:avoid}\n"
"p,li{orphans:3;widows:3}\n"
".lead{font-size:11pt}\n.card h3+.lead{font-size:12pt}\n"
".note,.card p,.its,.meta,figcaption{font-size:9pt}\n"
".fn{font-size:8pt;line-height:1.5}\n"
"a{text-decoration:none}\n"
".wide{page:wide}\n.wide>h2:first-child{margin-top:0}\n"
".card{break-before:page;margin-top:0;padding-top:6pt}\n"
".card.first{break-before:auto;margin-top:6pt;border-top-width:.75pt}\n"
"caption{display:none}\n"
"thead{display:table-header-group}\n"
"tr,dt,dd,figure,.sum{break-inside:avoid}\ndt,h2+.note{break-after:avoid}\n"
".cap th{border-bottom:0;font-size:9pt;text-align:left}\n"
"table{font-size:9pt}\n.cmp{font-size:8.5pt}\n"
".fx{table-layout:fixed}\ncol{width:var(--p,auto)}\n.k col{width:auto}\n"
".t td,.t tbody th,.t thead th{padding:3.2pt 3pt}\n"
".t td,.t tbody th{overflow-wrap:anywhere}\n"
".cmp thead th{font-size:8.5pt}\n"
"small,thead th small{font-size:7.5pt}\n"
"tr.g th{padding-top:8pt!important;font-size:10.5pt}\ntr.g small{font-size:9pt}\n"
"code,pre{font-size:7.5pt}\n"
".ic{width:13px;height:13px;margin-top:calc(.5lh - 6.5px)}\n.vd{gap:3px}\n"
".cmp .ic{width:11px;height:11px;margin-top:calc(.5lh - 5.5px)}\n.cmp .vd{gap:2px}\n"
".two{gap:0 18pt}\n.two.wp{display:block}\n"
"figure{margin:6pt 0}\n.tb{margin:4pt 0 7pt}\n.k thead th{padding:3pt 4px}\n.two .fn{margin-top:4pt}\n"
".leg{font-size:8.5pt;gap:0 12pt}\n"
".k{font-size:8.5pt;line-height:1.2}\n.k td,.k tbody th{padding:0 4px}\n.k td.st{padding:0}\n"
".inl tr.sr .strip{margin:-6px 0}\n.stk tr.sr .strip{margin:-4px 0}\n"
"figcaption .ti{font-weight:400;margin-left:1em}\n"
".k tr.gp th{font-size:8.5pt;height:20px;padding-top:2px}\n"
".li{padding:1pt 0 1pt 2em}\n.li .n{font-size:11pt}\n"
"dl{font-size:9.5pt;grid-template-columns:7em minmax(0,1fr);gap:4pt 12pt}\n"
".sums{gap:0 14pt}\n.sh b{font-size:26pt}\n"
"footer{margin-top:16pt;font-size:9pt}\n}\n",
NULL,
};

/* Drawn about the origin, 20 across; the shape repeats the word, the colour comes last. */
const char *const html_symbols =
"<symbol id=\"m1\" viewBox=\"-10 -10 20 20\"><circle r=\"9\" fill=\"#009E73\" stroke=\"#111\"/>"
"<path d=\"M-4.4.4-1.2 3.6 4.6-3.6\" fill=\"none\" stroke=\"#fff\" stroke-width=\"2.4\"/></symbol>\n"
"<symbol id=\"m2\" viewBox=\"-10 -10 20 20\"><path d=\"M-8.5-8.5h17v17h-17z\" fill=\"#D55E00\" stroke=\"#111\"/>"
"<path d=\"M-3.8-3.8 3.8 3.8M3.8-3.8-3.8 3.8\" stroke=\"#fff\" stroke-width=\"2.4\"/></symbol>\n"
"<symbol id=\"m3\" viewBox=\"-10 -10 20 20\"><path d=\"M0-9.2 9.2 0 0 9.2-9.2 0z\" fill=\"#fff\" stroke=\"#111\" stroke-width=\"1.5\"/>"
"<path d=\"M-2.3-2.3a2.35 2.35 0 1 1 3.5 2.1C.4.3 0 .7 0 1.6\" fill=\"none\" stroke=\"#111\" stroke-width=\"1.5\"/>"
"<circle cy=\"4\" r=\"1\" fill=\"#111\"/></symbol>\n"
"<symbol id=\"m4\" viewBox=\"-10 -10 20 20\"><circle r=\"8.6\" fill=\"#fff\" stroke=\"#111\" stroke-width=\"1.3\" stroke-dasharray=\"2.6 2.2\"/>"
"<path d=\"M-3.6 0h7.2\" stroke=\"#111\" stroke-width=\"1.8\"/></symbol>\n";

/* Filter and order; without it the tools stay hidden and every row is there. */
const char *const html_script =
"<script>\n"
"document.querySelectorAll('.tools').forEach(function(tools){\n"
"var table=tools.parentNode.querySelector('table'),want={},bs=tools.querySelectorAll('button');\n"
"var rows=[].map.call(table.querySelectorAll('tr.b'),function(r){return{r:r,p:r.parentNode,f:(r.dataset.f||'').replace(/-/g,'_').split(' ')}});\n"
"var rank=['not_met','undecided','not_assessable','met'];\n"
"function place(o){var i=rank.findIndex(function(w){return o.f.indexOf(w)>=0});return i<0?9:i}\n"
"function show(){rows.forEach(function(o){o.r.hidden=!Object.keys(want).every(function(g){return!want[g]||o.f.indexOf(want[g])>=0})});\n"
"table.querySelectorAll('tbody').forEach(function(b){var g=b.querySelector('tr.g');if(g)g.hidden=!b.querySelector('tr.b:not([hidden])')})}\n"
"bs.forEach(function(b){b.addEventListener('click',function(){var g=b.dataset.g,w=b.dataset.w.replace(/-/g,'_');\n"
"bs.forEach(function(x){if(x.dataset.g===g)x.setAttribute('aria-pressed',x===b)});\n"
"if(g==='9'){var o=rows.slice();if(w)o.sort(function(x,y){return place(x)-place(y)});o.forEach(function(x){x.p.appendChild(x.r)})}\n"
"else{want[g]=w;show()}})});\n"
"tools.hidden=false});\n"
"</script>\n";
