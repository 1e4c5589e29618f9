// Made of script/ by make player.
var Vo=Object.defineProperty;var at=(s,t)=>{for(var e in t)Vo(s,e,{get:t[e],enumerable:!0})};function m(s,t={},...e){let o=document.createElement(s);for(let[n,i]of Object.entries(t))n.startsWith("on")?o.addEventListener(n.slice(2),i):n==="style"?Object.assign(o.style,i):i!=null&&o.setAttribute(n,i);return("tabindex"in t||["button","input","select","summary"].includes(s))&&o.setAttribute("data-lm-suppress-shortcuts","true"),o.append(...e),o}var $=(s,t,e,o)=>m("button",{type:"button",title:t,onclick:o,"data-action":s},e);function _(s,t={},...e){let o=document.createElementNS("http://www.w3.org/2000/svg",s);for(let[n,i]of Object.entries(t))o.setAttribute(n,i);return o.append(...e),o}var Zo={first:"M3 3h2v10H3zM13 3v10L6 8z",back:"M11 3v10L4 8z",play:"M4 2.5v11L13.5 8z",pause:"M4 3h3v10H4zM9 3h3v10H9z",forward:"M5 3v10l7-5z",last:"M11 3h2v10h-2zM3 3v10l7-5z"};function Me(s){return _("svg",{viewBox:"0 0 16 16",width:16,height:16,"aria-hidden":"true"},_("path",{d:Zo[s],fill:"currentColor"}))}var q=s=>Number.isNaN(s)?"NaN":A(Number(s.toPrecision(3))).replace("-","−"),A=s=>{if(Number.isNaN(s))return"NaN (no number)";if(Number.isInteger(s))return String(s);let t=Math.abs(s);return t>=1e-4&&t<1e5?String(Number(s.toPrecision(5))):s.toExponential(3)},Pt=(s,t,e)=>{for(let o of[1,2,4,5,8,10,16,20,32,50,64,100,128,200,256,500])if(o*t/s>=e)return o;return s};var ys={};at(ys,{ACTION_NAMES:()=>Xo,FORWARD:()=>lt,LEFT:()=>z,RIGHT:()=>T,TMaze:()=>J,drawMaze:()=>xs});var[lt,z,T]=[0,1,2],Xo=["forward","left","right"],Jo=-.1,Oe={[z]:"left",[T]:"right"},J=class{constructor(t,e,o=4*e){Object.assign(this,{sign:t,length:e,limit:o,distance:e,time:0,outcome:null})}get over(){return this.outcome!==null}get correct(){return this.outcome===Oe[this.sign]}step(t){this.time+=1;let e=Jo;return this.distance===0&&t!==lt?(this.outcome=Oe[t],this.correct?1:-1):(this.distance>0&&t===lt&&(this.distance-=1,e=0),this.time>=this.limit&&(this.outcome="late"),e)}observe(t=this.time===0){let e=t?this.sign:null,o=this.distance===0;return[e===z,e===T,!o,o].map(Number)}scene(t=this.time===0,e=!0){let{sign:o,distance:n,length:i,outcome:r}=this;return xs(e?Oe[o]:null,n,i,t,r)}},[H,U,X]=[44,80,18],[Qo,tn]=[336,48],[ws,bs]=[8,152],vt={left:30,right:130},Q=s=>s.split(" ").map(t=>t.split(",").map(Number)),en=Q("0,-12 10,0 4,0 4,12 -4,12 -4,0 -10,0"),sn=Q("0,-10 3,-3 10,-3 4,1 6,9 0,4 -6,9 -4,1 -10,-3 -3,-3"),on=["-5,0 -1,4 5,-4"].map(Q),nn=["-4,-4 4,4","-4,4 4,-4"].map(Q),_t=(s,t,e,o=1)=>e.map(([n,i])=>[s+n,t+o*i]),ze=(s,t,e,o)=>({kind:"circle",x:s,y:t,radius:e,fill:o}),Ht=(s,t)=>({kind:"polygon",points:s,fill:t}),Te=(s,t)=>({kind:"line",points:s,stroke:t,stroke_width:3}),$t=(s,t,e,o,n,i)=>({kind:"text",x:s,y:t,text:e,size:o,fill:n,...i?{anchor:i}:{}});function xs(s,t,e,o,n=null){let i=u=>H+Math.floor(Math.min(Qo,tn*e)*u/e),[r,a]=[i(e),i(e-t)],l=vt[n]??U,c=r+X,h=[rn(r)];for(let u=0;u<=e;u++)h.push(ze(i(u),U,2,"quiet"));h.push(...ln(s,o));for(let[u,f]of Object.entries(vt))h.push($t(c+8,f,u,14,"text","start")),u===s&&s!==n&&h.push(Ht(_t(r,f,sn),"goal"));let p=[[H,U],[a,U],[a,l]];return h.push(Te(p,"agent"),ze(a,l,12,"agent"),Ht(an(a,l,n),"ground"),...cn(s,n,c)),{width:480,height:160,label:hn(s,t,o,n),shapes:h}}function rn(s){let[t,e]=[U-X,U+X],[o,n,i]=[H-X-4,s-X,s+X],r=`${o},${t} ${n},${t} ${n},${ws} ${i},${ws}`,a=`${i},${bs} ${n},${bs} ${n},${e} ${o},${e}`;return{...Ht(Q(`${r} ${a}`),"floor"),stroke:"wall"}}function an(s,t,e){return e in vt?_t(s,t,Q("0,-8 6,4 -6,4"),e==="left"?1:-1):_t(s,t,Q("8,0 -4,-6 -4,6"))}function ln(s,t){let e={kind:"rect",x:H-22,y:8,width:44,height:38,radius:5},o=t?{fill:"sign",stroke:"wall"}:{fill:"ground",stroke:"quiet",dashed:!0},n=t?"ink":"quiet",i=s==="left"?1:-1,r=[[H,46],[H,U-X]];return[Te(r,"wall"),{...e,...o},s===null?$t(H,27,"?",24,n):Ht(_t(H,27,en,i),n),$t(6,112,"sign",11,"quiet","start"),$t(6,126,t?"in sight":"out of sight",11,"quiet","start")]}function cn(s,t,e){if(t==="late")return[$t(e+8,U,"too late",14,"bad","start")];if(s===null||t===null)return[];let[o,n,i]=[e+64,vt[t],t===s],r=i?on:nn;return[ze(o,n,11,i?"good":"bad"),...r.map(a=>Te(_t(o,n,a),"ground"))]}function hn(s,t,e,o){let n=o in vt,i=`the sign ${e?"shows":"showed"} ${s}`;if(s===null?i="the sign is not known":n&&(i=`${o===s?"as":"but"} the sign showed ${s}`),n)return`The agent turned ${o}, ${i}.`;let r=t===1?"1 step":`${t} steps`;return`The agent stands ${t===0?"at the junction":`${r} before the junction`}; ${i}.${o==="late"?" Its time is up.":""}`}var pn="ground floor wall agent sign goal card ink red text quiet good bad".split(" "),mn={start:"start",middle:"middle",end:"end"},dn=1.5,$s=({shapes:s,scenes:t})=>t.map(e=>({...e,shapes:e.shapes.map(o=>s[o])}));function Ut({width:s,height:t,label:e,title:o,shapes:n}){let i={viewBox:`0 0 ${s} ${t}`,role:"img","aria-label":e},r=o?[_("title",{},o)]:[];return _("svg",{...i,class:"mp-scene"},...r,...n.map(un))}function un(s){let{kind:t,fill:e,stroke:o,stroke_width:n=dn,dashed:i}=s,r=[`fill: ${ks(e)}`];o&&r.push(`stroke: ${ks(o)}`,`stroke-width: ${Number(n)}`),i&&r.push("stroke-dasharray: 4 3");let a={style:r.join(";")},l=()=>s.points.map(u=>u.join()).join(" "),{x:c,y:h}=s;if(t==="rect"){let u={x:c,y:h,width:s.width,height:s.height,rx:s.radius??0};return _("rect",{...u,...a})}if(t==="circle")return _("circle",{cx:c,cy:h,r:s.radius,...a});if(t==="polygon")return _("polygon",{points:l(),...a});if(t==="line")return _("polyline",{points:l(),...a});if(t!=="text")throw new Error(`This world can't be drawn: it has a shape '${t}'.`);let p=mn[s.anchor??"middle"];return _("text",{...{x:c,y:h,"text-anchor":p,"dominant-baseline":"central"},"font-size":s.size,...a},s.text)}function ks(s){if(s===void 0)return"none";if(!pn.includes(s))throw new Error(`This world can't be drawn: it has a colour '${s}'.`);return`var(--mp-scene-${s})`}var Gt=class{constructor(t){this.view=t,this.before=m("figure",{class:"mp-before"}),this.after=m("figure",{class:"mp-after"}),this.acts=m("div",{class:"mp-acts"}),this.root=m("div",{class:"mp-world"},this.before,this.acts,this.after)}get run(){return this.view.run}draw(t){let{scenes:e}=this.run;t=Math.min(t,this.run.steps-1);let o=n=>m("figcaption",{},n);try{e&&(this.before.replaceChildren(o("the world (dashed: out of the agent's sight)"),Ut(e[t])),this.after.replaceChildren(o("what comes of it"),Ut(e[t+1])))}catch(n){this.before.replaceChildren(m("p",{class:"mp-nothing"},n.message)),this.after.replaceChildren()}this.acts.replaceChildren(...this.buildActs(t))}buildActs(t){let{run:e}=this,o=e.has("action")&&e.size("action")===1?e.at("action",t)[0]:null,n=[];if(e.has("action_probabilities"))e.at("action_probabilities",t).forEach((r,a)=>{let l=`${(100*r).toFixed(1)} %`,c=a===o;n.push(m("li",{class:c?"mp-chosen":null,"aria-current":c?"true":null},m("span",{},Ne(e,a)),m("i",{},m("b",{style:{width:l.replace(" ","")}})),m("output",{},l)))});else if(e.has("action")){let r=o===null?[...e.at("action",t)].map(A).join(", "):null;n.push(m("li",{class:"mp-chosen"},r??Ne(e,o)))}let i=["reward","value"].filter(r=>e.has(r)&&e.size(r)===1);return[m("p",{class:"mp-acts-title"},"what it does"),m("ul",{"aria-label":"actions"},...n),m("p",{class:"mp-numbers"},...i.map(r=>{let{label:a,meaning:l}=e.arrays[r],c=e.at(r,t)[0].toFixed(2).replace("-","−");return m("span",{title:l},`${a} `,m("b",{},c))}))]}tell(t){let{run:e}=this;t=Math.min(t,e.steps-1);let o=e.scenes?[e.scenes[t===e.steps-1?t+1:t].label]:[];if(e.has("action_probabilities")&&e.size("action")===1){let n=e.at("action",t)[0],i=e.at("action_probabilities",t)[n];o.push(`Its action: ${Ne(e,n)} (${Math.round(100*i)} %).`)}return o.join(" ")}},Ne=(s,t)=>s.actions?.[t]??`action ${t}`,Kt=s=>!s.signed&&!!(s.scenes??s.has("action_probabilities"));var vs={ArrowRight:lt,ArrowUp:z,ArrowDown:T},fn=[[lt,"→","forward","Forward (right arrow)"],[z,"↑","left","Turn left (up arrow)"],[T,"↓","right","Turn right (down arrow)"]],Ce={start:"at the start",always:"all the time",never:"never"},gn=["sign left","sign right","corridor","junction"];function wn(s){return()=>{s=s+1831565813|0;let t=Math.imul(s^s>>>15,1|s);return t=t+Math.imul(t^t>>>7,61|t)^t,((t^t>>>14)>>>0)/2**32}}var Yt=class{constructor(t,e){this.model=t,this.root=e;let{corridor_length:o,sign:n,seed:i}=t.get("header").game;this.lengths=o,this.random=wn(i??Math.floor(2**32*Math.random())),this.sight=n,this.scores=Object.fromEntries(Object.keys(Ce).map(r=>[r,[0,0]])),this.build(),this.begin()}build(){this.picture=m("div",{class:"mp-game-picture"}),this.said=m("p",{class:"mp-game-said","aria-live":"polite"}),this.stage=m("div",{class:"mp-game-stage",tabindex:"0",role:"application","aria-label":"T-maze. Right arrow goes forward, up arrow turns left, down arrow turns right, enter begins a new round."},this.picture),this.stage.addEventListener("pointerdown",()=>this.stage.focus()),this.moves=fn.map(([e,o,n,i])=>{let r=$(n,i,"",()=>this.move(e));return r.append(m("b",{"aria-hidden":"true"},o),` ${n}`),r}),this.next=$("new","New round (enter)","new round",()=>this.begin()),this.sights=Object.entries(Ce).map(([e,o])=>$(`sight-${e}`,`See the sign ${o}`,o,()=>this.look(e))),this.eyes=m("p",{class:"mp-game-eyes"}),this.score=m("table",{class:"mp-game-score","aria-label":"score"});let t={class:"mp-group-of",role:"group","aria-label":"you see the sign"};this.root.classList.add("mp-game"),this.root.replaceChildren(m("div",{class:"mp-controls"},"You see the sign",m("span",t,...this.sights)),this.stage,this.said,m("div",{class:"mp-controls mp-game-moves"},...this.moves,this.next),m("div",{class:"mp-game-below"},this.eyes,this.score)),this.root.addEventListener("keydown",e=>this.key(e))}begin(){let[t,e]=this.lengths,o=this.random()<.5?z:T,n=t+Math.floor((e-t+1)*this.random());this.maze=new J(o,n,4*e),this.draw("")}look(t){this.sight=t,this.begin(),this.stage.focus({preventScroll:!0})}move(t){let{maze:e}=this;if(e.over)return this.draw("This round is over. Enter begins a new one.");let o=e.distance,n=e.step(t),i=!e.over&&e.distance===o;e.over&&this.count(n===1),this.draw(i?"A wall: this costs 0.1.":"",i)}count(t){let e=this.scores[this.sight];e[0]+=t,e[1]+=1,this.model.set("scores",structuredClone(this.scores)),this.model.save_changes()}get visible(){let{maze:t,sight:e}=this;return!t.over&&(e==="always"||e==="start"&&t.time===0)}draw(t,e=!1){let{maze:o,visible:n}=this,i=o.scene(n,n||o.over);i.label=i.label.replace("The agent stands","You stand").replace("The agent","You"),this.picture.replaceChildren(Ut(i)),this.picture.classList.toggle("mp-bumped",e);let r=o.over?`${bn(o)} Enter begins a new round.`:t;this.said.textContent=`${i.label} ${r}`.trim(),this.root.dataset.outcome=o.over?o.correct?"correct":"wrong":"",this.next.classList.toggle("mp-due",o.over);let a=o.observe(n);this.eyes.replaceChildren("What an agent gets to see: ",...gn.map((l,c)=>m("span",{class:a[c]?"mp-on":""},`${l} `,m("b",{},a[c]))));for(let l of this.sights)l.setAttribute("aria-pressed",String(l.dataset.action===`sight-${this.sight}`));this.drawScore()}drawScore(){let t=(e,o)=>m(e,e==="th"?{scope:"row"}:{},o);this.score.replaceChildren(m("caption",{},"correct turns"),...Object.entries(this.scores).map(([e,[o,n]])=>m("tr",{"data-sight":e,class:e===this.sight?"mp-chosen":null},t("th",`sign ${Ce[e]}`),t("td",n?`${o} of ${n}`:"–"),t("td",e==="never"&&n?`by chance, ${n/2}`:""))))}key(t){if(t.ctrlKey||t.metaKey||t.altKey)return;let e=t.target.tagName==="BUTTON";if(t.key in vs)this.move(vs[t.key]);else if(t.key==="Enter"&&!e)this.begin();else return;t.preventDefault(),t.stopPropagation(),e&&this.stage.focus({preventScroll:!0})}destroy(){}};function bn({outcome:s,correct:t}){return s==="late"?"Too late.":t?"Correct: reward 1.":"Wrong: reward −1."}var ct=s=>s.reduce((t,e)=>t*e,1),St=s=>1/(1+Math.exp(-s)),Vt=s=>1+(s>40?s:Math.log1p(Math.exp(s)));function ht(s,t,e){let o=-1/0;for(let i=t;i<t+e;i++)o=Math.max(o,s[i]);let n=0;for(let i=t;i<t+e;i++)n+=s[i]=Math.exp(s[i]-o);for(let i=t;i<t+e;i++)s[i]/=n}function C(s,t,e,o=0,n=e.length,i=0){for(let r=0;r<s.length;r++){let a=0,l=(o+r)*n+i;for(let c=0;c<e.length;c++)a+=t[l+c]*e[c];s[r]+=a}}var Es={};at(Es,{KINDS:()=>_s,UNDISTURBED:()=>pt,apply:()=>Fe,check:()=>Le,covers:()=>je,firstChange:()=>Ie,format:()=>j,formatEdit:()=>tt,parse:()=>et,sizesOf:()=>Sn,stepShape:()=>At,suggest:()=>Ss});var _s={number:[-1/0,1/0],activation:[-1,1],fraction:[0,1],weighting:[0,1],distribution:[0,1],links:[0,1],strength:[1,1/0]},pt=Object.freeze({edits:[],locations:null,words:null}),xn=/^([A-Za-z_]\w*)\s*(?:\[\s*(\d{1,9}(?:\s*,\s*\d{1,9})*)\s*\]\s*)?(?:@\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?\s*)?)?$/,yn=/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,kn=/^\d{1,9}$/;function et(s){let t={edits:[],locations:null,words:null};for(let e of s.trim()?s.split(";"):[]){let o=e.indexOf("="),n=(o<0?e:e.slice(0,o)).trim(),i=o<0?"":e.slice(o+1).trim();if(n==="N"&&t.locations!==null||n==="words"&&t.words!==null)throw new Error(`'${s}' sets ${n} twice. Keep one of them.`);n==="N"?t.locations=$n(i):n==="words"?t.words=vn(i):t.edits.push(_n(e.trim(),n,i))}return t}function $n(s){if(!kn.test(s))throw new Error(`N must be a number of locations, but is '${s}'.`);if(Number(s)<1)throw new Error(`N must be at least 1, got ${Number(s)}.`);return Number(s)}function vn(s){let t=s.split(",").map(e=>e.trim());for(let e of t)if(!/^[01]+$/.test(e)||e.length!==t[0].length)throw new Error(`Words must be bits of one length, such as 1011,0010, but one is '${e}'.`);return t}function _n(s,t,e){let o=xn.exec(t);if(!o||!yn.test(e))throw new Error(`'${s}' can't be read. Write name[index]@first-last=value, such as memory[3]@5-=0 or write_gate=0, and join parts by ';'.`);let[,n,i,r,a,l]=o,c=i?i.split(",").map(Number):[],h=Number(r??0),p=l!==void 0?Number(l):r!==void 0&&!a?h:null,d=Number(e)+0;if(p!==null&&p<h)throw new Error(`The last step for ${n} must be at least ${h}, got ${p}.`);if(!Number.isFinite(d))throw new Error(`${n} must get a finite number, got ${e}.`);return{name:n,index:c,first:h,last:p,value:d}}function tt({name:s,index:t,first:e,last:o,value:n}){let i=t.length?`[${t}]`:"",r="";return o!==null?r=o===e?`@${e}`:`@${e}-${o}`:e>0&&(r=`@${e}-`),`${s}${i}${r}=${n}`}function j({edits:s,locations:t,words:e}){let o=t===null?[]:[`N=${t}`];return e!==null&&o.push(`words=${e}`),[...o,...s.map(tt)].join(";")}function Sn(s){let t={T:s.steps};for(let{axes:e,shape:o}of Object.values(s.arrays))e.split(" ").forEach((n,i)=>{/^[A-Z]$/.test(n)&&(t[n]??=o[i])});return t}var At=({axes:s},t)=>s.split(" ").slice(1).map(e=>t[e]??Number(e));function Le({edits:s,locations:t},e,o){if(t!==null&&!("N"in o))throw new Error(`N=${t}: this memory has no locations.`);for(let n of s)An(n,e,{...o,N:t??o.N})}function An(s,t,e){let{name:o,index:n,first:i,last:r,value:a}=s,l=g=>{throw new Error(`${tt(s)}: ${g}`)},c=Object.keys(t).filter(g=>!t[g].optional);c.includes(o)||l(`no step computes an array '${o}'.${Ss(o,c)}`);let h=t[o],p=At(h,e),d=h.axes.split(" ").slice(1);n.length>p.length&&l(`at one step ${o} has ${p.length} dimensions, but the index has ${n.length}.`),n.forEach((g,w)=>{g>=p[w]&&l(`the index ${g} is out of range: it must be 0 to ${p[w]-1} (dimension ${d[w]} of ${o}).`)});for(let g of[i,r??0])g>=e.T&&l(`step ${g} is out of range: the run has the steps 0 to ${e.T-1}.`);let[u,f]=_s[h.kind];if(!(u<=a&&a<=f)){let g=Number.isFinite(f)?`in [${u}, ${f}]`:`at least ${u}`;l(`${o} is a ${h.kind}, so its value must be ${g}, but it is ${a}.`)}}function Ss(s,t){let e=t.toSorted((i,r)=>Re(i,s)-Re(r,s))[0];return`${e!==void 0&&2*Re(e,s)<=e.length?` Did you mean '${e}'?`:""} Known: ${t.toSorted().join(", ")||"none"}.`}function Re(s,t){let e=Array.from({length:t.length+1},(o,n)=>n);for(let o=1;o<=s.length;o++){let n=[o];for(let i=1;i<=t.length;i++)n.push(Math.min(e[i]+1,n[i-1]+1,e[i-1]+(s[o-1]!==t[i-1])));e=n}return e[t.length]}var As=({first:s,last:t},e)=>s<=e&&(t===null||e<=t),je=(s,t,e,o)=>s.name===t&&As(s,o)&&s.index.every((n,i)=>n===e[i]);function Fe(s,t,e,o,n){for(let i of s.edits)if(i.name===t&&As(i,e)){let[r,a]=[0,o.length];i.index.forEach((l,c)=>{a/=n[c],r+=l*a}),o.fill(i.value,r,r+a)}return o}function Ie(s,t){let[e,o]=[s.edits,t.edits],n=(i,r)=>i&&r&&tt(i)===tt(r);for(;n(e[0],o[0]);)[e,o]=[e.slice(1),o.slice(1)];for(;n(e.at(-1),o.at(-1));)[e,o]=[e.slice(0,-1),o.slice(0,-1)];return Math.min(...[...e,...o].map(({first:i})=>i))}var Qs={};at(Qs,{FORMULAS:()=>Nt,formulasOf:()=>Ct});var Rs={};at(Rs,{Letters:()=>dt,Numbers:()=>zt,add:()=>M,apply:()=>ut,constant:()=>R,divide:()=>te,evaluate:()=>Cs,exp:()=>Ns,flatten:()=>Tt,leaf:()=>F,multiply:()=>b,named:()=>Pe,nonnegative:()=>ee,root:()=>qe,shorten:()=>oe,shownSources:()=>He,sources:()=>se,square:()=>We,subtract:()=>L});var Os={};at(Os,{mathml:()=>mt,number:()=>Jt,similarityOf:()=>De,symbolOf:()=>Ot});var En={input:["x"],read_keys:["k","r"],read_strengths:["β","r"],write_key:["k","w"],write_strength:["β","w"],erase_vector:["e"],write_vector:["v"],free_gates:["f"],allocation_gate:["g","a"],write_gate:["g","w"],read_modes:["π"],usage:["u"],allocation_weighting:["a"],write_content_weighting:["c","w"],write_weighting:["w","w"],memory:["M"],link:["L"],precedence:["p"],forward_weighting:["f"],backward_weighting:["b"],read_content_weighting:["c","r"],read_weighting:["w","r"],read_vectors:["r"],output:["y"],controller_hidden:["h"],controller_cell:["s"],"cell.interface.weight":["W","","ξ"],"cell.interface.bias":["b","","ξ"],"output.weight":["W","","y"],"output.bias":["b","","y"]},Mn=["i","f","g","o"],On={weight:["W"],bias:["b"],weight_ih:["W","","x"],bias_ih:["b","","x"],weight_hh:["W","","h"],bias_hh:["b","","h"]},zn=/^(read_(?!weighting_)|free_gates|(forward|backward)_weighting|read_content_weighting)/,G=s=>`<mi>${s}</mi>`,Et=s=>`<mo>${s}</mo>`,O=(...s)=>`<mrow>${s.join("")}</mrow>`,Mt=(s,t="(",e=")")=>O(`<mo stretchy="false">${t}</mo>`,s,`<mo stretchy="false">${e}</mo>`);function Ot(s,t,e){let o=[...t],n=/^controller_\w+_(\d+)$/.exec(s)?.[1],i=s.replace(/(controller_\w+)_\d+$/,"$1"),[r,a="",l=e]=En[i]??On[s.split(".").at(-1)]??"?",[c,h]=[r,a];i==="controller_gates"&&(c=Mn[o.shift()]),zn.test(s)&&(h+=(h?",":"")+o.shift()),n!==void 0&&(h=String(Number(n)+1));let[p,d]=[l,h].map(f=>f&&G(f)),u=G(c);return p&&d?u=`<msubsup>${u}${p}${d}</msubsup>`:p?u=`<msub>${u}${p}</msub>`:d&&(u=`<msup>${u}${d}</msup>`),o.length?O(u,Mt(G(o.join(", ")),"[","]")):u}var De=(s,t)=>O(G("D"),Mt(O(s,Et(","),t))),[Xt,Zt,Ms]=[1,2,3],Tn={add:Xt,subtract:Xt,multiply:Zt},Nn={sigmoid:"σ",oneplus:"oneplus",tanh:"tanh"};function mt(s,t,e=!1){let o=(c,h=Xt,p=!1)=>{let d=(Tn[c.op]??Ms)<h,u=["leaf","named"].includes(c.op)&&c.value<0,f=mt(c,t,p&&!d);return d||p&&u?Mt(f):f},{op:n,args:i,over:r}=s,[a,l]=i;switch(n){case"leaf":return t(s);case"add":case"multiply":{let[c,h,p]=n==="add"?["+","∑",Xt]:["·","∏",Zt];return r&&i.length===1&&Number.isNaN(s.value)?O(`<munder>${Et(h)}${G(r)}</munder>`,o(a,Zt)):i.length?O(i.map((d,u)=>o(d,p,e||u>0)).join(Et(c))):`<mn>${n==="add"?0:1}</mn>`}case"subtract":return O(o(a),Et("−"),o(l,Zt,!0));case"divide":return`<mfrac>${O(o(a))}${O(o(l))}</mfrac>`;case"exp":return`<msup>${G("e")}${O(o(a))}</msup>`;case"root":return`<msqrt>${o(a)}</msqrt>`;case"square":return`<msup>${O(o(a,Ms,!0))}<mn>2</mn></msup>`;case"nonnegative":return O(G("max"),Mt(O("<mn>0</mn>",Et(","),o(a))));case"named":return s.symbol||t(s);default:return O(G(Nn[n]),Mt(o(a)))}}function Cn(s){let t=1-Math.abs(s);if(t>0&&t<.01)return s.toFixed(Math.min(12,2-Math.floor(Math.log10(t)))).replace("-","−");let e=Math.abs(s);return e>0&&e<1e-4?Number(s.toPrecision(3)).toExponential().replaceAll("-","−"):q(s)}var Jt=({value:s,rest:t})=>{let e=`<mn>${Cn(s)}</mn>`;return t?`<munder>${e}<mtext>${t} more</mtext></munder>`:e};var zs=3,Be={leaf:()=>NaN,add:(...s)=>s.reduce((t,e)=>t+e,0),subtract:(s,t)=>s-t,multiply:(...s)=>s.reduce((t,e)=>t*e,1),divide:(s,t)=>s/t,exp:Math.exp,root:Math.sqrt,square:s=>s*s,sigmoid:St,oneplus:Vt,tanh:Math.tanh,nonnegative:s=>Math.max(0,s),named:s=>s},E=(s,t,e)=>({op:s,args:t,value:Be[s](...t.map(({value:o})=>o)),...e}),F=(s,t,e=null)=>({op:"leaf",args:[],value:s,symbol:t,source:e}),R=s=>F(s,`<mn>${s}</mn>`),M=(...s)=>E("add",s),L=(s,t)=>E("subtract",[s,t]),b=(...s)=>E("multiply",s),te=(s,t)=>E("divide",[s,t]),Ns=s=>E("exp",[s]),qe=s=>E("root",[s]),We=s=>E("square",[s]),ut=(s,t)=>E(s,[t]),Pe=(s,t)=>E("named",[t],{symbol:s}),ee=s=>s.value<0?E("nonnegative",[s]):s,Cs=({op:s,args:t,value:e})=>s==="leaf"?e:Be[s](...t.map(Cs));function se({source:s,args:t}){return[...s?[s]:[],...t.flatMap(se)]}function He(s){let t=!1,e=({op:o,source:n,args:i})=>o==="named"&&t?[]:(t||=o==="named",[...n?[n]:[],...i.flatMap(e)]);return e(s)}function oe(s){let t=s.args.map(oe);if(!s.over||t.length<=zs+1)return{...s,args:t};let e=s.op==="add",o=({value:l})=>e?-Math.abs(l):l,n=[...t].sort((l,c)=>o(l)-o(c)),i=new Set(n.slice(0,zs)),r=t.filter(l=>!i.has(l)),a={...F(Be[s.op](...r.map(({value:l})=>l))),rest:r.length};return{...s,args:[...t.filter(l=>i.has(l)),a]}}var Qt=class{softmax(t,e,o,n){let i=this.sum(t,e,n).args,r=Math.max(...i.map(({value:l})=>l)),a=l=>Ns(r>700?L(l,R(r)):l);return te(a(n(o)),E("add",i.map(a),{over:t}))}},zt=class extends Qt{constructor(t,e){super(),Object.assign(this,{run:t,step:e,model:t.model,sizes:t.model.sizes,symbolic:!1})}now(t,...e){return this.cell(t,e,this.step)}before(t,...e){return this.step>0?this.cell(t,e,this.step-1):R(0)}cell(t,e,o){let n=this.array(t,o)[Tt(e,this.run.shapeOf(t))];return F(n,"",{name:t,index:e,step:o})}array(t,e=this.step){return this.run.at(t,e)}weight(t,...e){let{weights:o,shapes:n}=this.model;return F(o[t][Tt(e,n[t])])}sum(t,e,o){return E("add",Ts(e).map(o),{over:t})}product(t,e,o){return E("multiply",Ts(e).map(o),{over:t})}},Ts=s=>Array.isArray(s)?s:Array.from({length:s},(t,e)=>e),Tt=(s,t)=>s.reduce((e,o,n)=>e*t[n]+o,0),dt=class extends Qt{constructor(t){super(),Object.assign(this,{model:t,sizes:t.sizes,symbolic:!0})}now(t,...e){return F(NaN,Ot(t,e,"t"))}before(t,...e){return F(NaN,Ot(t,e,"t−1"))}weight(t,...e){return F(NaN,Ot(t,e,""))}sum(t,e,o){return E("add",[o(t)],{over:t})}product(t,e,o){return E("multiply",[o(t.split(" ")[0])],{over:t})}};function Fs({input:s},{read_vectors:t}){let e=new Float64Array(s.length+t.length);return e.set(s),e.set(t,s.length),e}function Is(s,t,e){let{input:o,heads:n,word:i}=s.sizes,r=(a,l)=>s.symbolic?"F+iW+w":o+a*i+l;return[s.sum("j",o,a=>b(s.weight(t,e,a),s.now("input",a))),s.sum("i,w",n*i,a=>{let[l,c]=s.symbolic?["i","w"]:[Math.floor(a/i),a%i];return b(s.weight(t,e,r(l,c)),s.before("read_vectors",l,c))})]}var Rn=4,Ue=new Map;function Ln(s,t){return Ue.has(t)||Ue.set(t,jn(s,t)),Ue.get(t)}function jn(s,t){let[e,o,n]=["gates","cell","hidden"].map(l=>`controller_${l}_${s}`),i=`controller_hidden_${s-1}`,[r,a]=[`${t}weight_ih`,`${t}weight_hh`];return[{name:e,axes:"T 4 H",compute(l,c,{weights:h,sizes:{hidden:p}}){let d=Float64Array.from(h[`${t}bias_ih`]),u=h[`${t}bias_hh`];for(let f=0;f<d.length;f++)d[f]+=u[f];C(d,h[r],s?l[i]:Fs(l,c)),C(d,h[a],c[n]);for(let f=0;f<d.length;f++)d[f]=f>=2*p&&f<3*p?Math.tanh(d[f]):St(d[f]);return d},explain(l,c,h){let{hidden:p}=l.sizes,d=l.symbolic?h:c*p+h,u=s?[l.sum("j",p,f=>b(l.weight(r,d,f),l.now(i,f)))]:Is(l,r,d);return ut(c===2?"tanh":"sigmoid",M(...u,l.sum("l",p,f=>b(l.weight(a,d,f),l.before(n,f))),l.weight(`${t}bias_ih`,d),l.weight(`${t}bias_hh`,d)))}},{name:o,axes:"T H",compute(l,c,{sizes:{hidden:h}}){let p=l[e];return c[o].map((d,u)=>p[h+u]*d+p[u]*p[2*h+u])},explain:(l,c)=>M(b(l.now(e,1,c),l.before(o,c)),b(l.now(e,0,c),l.now(e,2,c)))},{name:n,axes:"T H",compute(l,c,{sizes:{hidden:h}}){return l[o].map((p,d)=>l[e][3*h+d]*Math.tanh(p))},explain:(l,c)=>b(l.now(e,Rn-1,c),ut("tanh",l.now(o,c)))}]}var Fn={name:"controller_hidden_0",axes:"T H",compute(s,t,{weights:e}){let o=Float64Array.from(e["cell.controller.0.bias"]);return C(o,e["cell.controller.0.weight"],Fs(s,t)),o.map(Math.tanh)},explain:(s,t)=>ut("tanh",M(...Is(s,"cell.controller.0.weight",t),s.weight("cell.controller.0.bias",t)))};function Ds({controller:s,sizes:{layers:t}}){if(s==="feedforward")return[Fn];let e=o=>t>1?`cell.controller.layers.${o}.`:"cell.controller.";return Array.from({length:t},(o,n)=>Ln(n,e(n))).flat()}var ne=({controller:s,sizes:{layers:t}})=>`controller_hidden_${s==="feedforward"?0:t-1}`,Ge=(s,t)=>s.now(s.symbolic?"controller_hidden":ne(s.model),t),In={number:()=>{},strength:s=>s.forEach((t,e)=>s[e]=Vt(t)),fraction:s=>s.forEach((t,e)=>s[e]=St(t)),distribution:s=>{for(let t=0;t<s.length;t+=3)ht(s,t,3)}},Ke=[["read_keys","T R W","number"],["read_strengths","T R","strength"],["write_key","T W","number"],["write_strength","T","strength"],["erase_vector","T W","fraction"],["write_vector","T W","number"],["free_gates","T R","fraction"],["allocation_gate","T","fraction"],["write_gate","T","fraction"],["read_modes","T R 3","distribution"]],Ye=Ke.map(([s])=>s),Bs="cell.interface.weight",qs="cell.interface.bias",Ws=(s,{heads:t,word:e})=>s.split(" ").slice(1).reduce((o,n)=>o*({R:t,W:e}[n]??Number(n)),1),Ls=(s,t)=>Ke.slice(0,Ye.indexOf(s)).reduce((e,[,o])=>e+Ws(o,t),0);function js(s,t){let{hidden:e}=s.sizes;return M(s.sum("q",e,o=>b(s.weight(Bs,t,o),Ge(s,o))),s.weight(qs,t))}var Ps=Ke.map(([s,t,e])=>({name:s,axes:t,compute(o,n,i){let{weights:r,sizes:a}=i,l=Ls(s,a),c=r[qs].slice(l,l+Ws(t,a));return C(c,r[Bs],o[ne(i)],l),In[e](c),c},explain(o,...n){let{word:i}=o.sizes,r=t==="T R W"?n[0]*i+n[1]:n[0]??0,a=c=>o.symbolic?"·":Ls(s,o.sizes)+c;if(e==="distribution")return o.softmax("l",3,n[1],c=>js(o,a(3*n[0]+c)));let l=js(o,a(r));return e==="number"?l:ut(e==="fraction"?"sigmoid":"oneplus",l)}}));var Vs=1e-6,Dn=2**-33,[Hs,Us,Gs]=[0,1,2];function Zs(s,t,e,{locations:o,word:n}){let i=new Float64Array(e.length*o),r=new Float64Array(o);for(let a=0;a<o;a++)r[a]=Ks(s,a*n,n);for(let a=0;a<e.length;a++){let l=Ks(t,a*n,n);for(let c=0;c<o;c++){let h=0;for(let p=0;p<n;p++)h+=t[a*n+p]*s[c*n+p];i[a*o+c]=e[a]*(h/(l*r[c]))}ht(i,a*o,o)}return i}function Ks(s,t,e){let o=0;for(let n=t;n<t+e;n++)o+=s[n]*s[n];return Math.sqrt(o+Vs)}function Xs(s,t,e,o,n){let{locations:i,word:r}=s.sizes,a=c=>qe(M(s.sum("w",r,h=>We(c(h))),F(Vs,"<mi>ε</mi>"))),l=c=>Pe(s.symbolic&&De(e().symbol,o(c).symbol),te(s.sum("w",r,h=>b(e(h),o(c,h))),b(a(e),a(h=>o(c,h)))));return s.softmax("j",i,t,c=>b(n,l(c)))}function Ys(s){let t=s.map(e=>Math.round(e/Dn));return Uint32Array.from(s,(e,o)=>o).sort((e,o)=>t[e]-t[o])}var Bn={name:"usage",axes:"T N",compute(s,t,{sizes:{heads:e,locations:o}}){let n=new Float64Array(o),{usage:i,write_weighting:r,read_weighting:a}=t;for(let l=0;l<o;l++){let c=1;for(let h=0;h<e;h++)c*=1-s.free_gates[h]*a[h*o+l];n[l]=(i[l]+(1-i[l])*r[l])*c}return n},explain(s,t){let e=s.before("usage",t),o=s.product("i",s.sizes.heads,i=>L(R(1),b(s.now("free_gates",i),s.before("read_weighting",i,t)))),n=s.before("write_weighting",t);return b(L(M(e,n),b(e,n)),o)}},qn={name:"allocation_weighting",axes:"T N",compute(s,t,{sizes:{locations:e}}){let o=new Float64Array(e),n=1;for(let i of Ys(s.usage))o[i]=(1-s.usage[i])*n,n*=s.usage[i];return o},explain(s,t){let e=s.symbolic?[]:[...Ys(s.array("usage"))],o=s.product("j ≺ n",e.slice(0,e.indexOf(t)),n=>s.now("usage",n));return b(L(R(1),s.now("usage",t)),o)},note:"j ≺ n: location j is less used than n, or as much with a lower number."},Wn={name:"write_content_weighting",axes:"T N",compute:(s,t,{sizes:e})=>Zs(t.memory,s.write_key,s.write_strength,e),explain:(s,t)=>Xs(s,t,(...e)=>s.now("write_key",...e),(...e)=>s.before("memory",...e),s.now("write_strength"))},Pn={name:"write_weighting",axes:"T N",compute(s,t,{sizes:{locations:e}}){let o=new Float64Array(e),[n]=s.write_gate,[i]=s.allocation_gate,{allocation_weighting:r,write_content_weighting:a}=s;for(let l=0;l<e;l++)o[l]=n*(i*r[l]+(1-i)*a[l]);return o},explain(s,t){let e=s.now("allocation_gate");return b(s.now("write_gate"),M(b(e,s.now("allocation_weighting",t)),b(L(R(1),e),s.now("write_content_weighting",t))))}},Hn={name:"memory",axes:"T N W",compute(s,t,{sizes:{locations:e,word:o}}){let n=new Float64Array(e*o),{write_weighting:i,erase_vector:r,write_vector:a}=s;for(let l=0,c=0;l<e;l++)for(let h=0;h<o;h++,c++)n[c]=t.memory[c]*(1-i[l]*r[h])+i[l]*a[h];return n},explain(s,t,e){let o=s.now("write_weighting",t);return M(b(s.before("memory",t,e),L(R(1),b(o,s.now("erase_vector",e)))),b(o,s.now("write_vector",e)))}},Un={name:"link",axes:"T N N",letters:["i","j"],compute(s,t,{sizes:{locations:e}}){let o=new Float64Array(e*e),{write_weighting:n}=s,{link:i,precedence:r}=t;for(let a=0,l=0;a<e;a++){for(let c=0;c<e;c++,l++){let h=Math.max(0,1-n[a]-n[c]);o[l]=h*i[l]+n[a]*r[c]}o[a*e+a]=0}return o},explain(s,t,e){if(t===e)return R(0);let o=L(L(R(1),s.now("write_weighting",t)),s.now("write_weighting",e));return M(b(ee(o),s.before("link",t,e)),b(s.now("write_weighting",t),s.before("precedence",e)))},note:"A location is never linked to itself: L[i, i] = 0."},Gn={name:"precedence",axes:"T N",compute(s,t,{sizes:{locations:e}}){let{write_weighting:o}=s,n=0;for(let r=0;r<e;r++)n+=o[r];let i=Math.max(0,1-n);return t.precedence.map((r,a)=>i*r+o[a])},explain(s,t){let e=s.sum("j",s.sizes.locations,o=>s.now("write_weighting",o));return M(b(ee(L(R(1),e)),s.before("precedence",t)),s.now("write_weighting",t))}},Kn={name:"forward_weighting",axes:"T R N",compute(s,t,{sizes:{heads:e,locations:o}}){let n=new Float64Array(e*o);for(let i=0;i<e*o;i+=o)C(n.subarray(i,i+o),s.link,t.read_weighting.subarray(i,i+o));return n},explain:(s,t,e)=>s.sum("j",s.sizes.locations,o=>b(s.now("link",e,o),s.before("read_weighting",t,o)))};function Js(s,t,e,o,n){let i=new Float64Array(e*n);for(let r=0;r<e;r++)for(let a=0;a<o;a++){let l=s[r*o+a],[c,h]=[r*n,a*n];for(let p=0;p<n;p++)i[c+p]+=l*t[h+p]}return i}var Yn={name:"backward_weighting",axes:"T R N",compute:(s,t,{sizes:{heads:e,locations:o}})=>Js(t.read_weighting,s.link,e,o,o),explain:(s,t,e)=>s.sum("j",s.sizes.locations,o=>b(s.now("link",o,e),s.before("read_weighting",t,o)))},Vn={name:"read_content_weighting",axes:"T R N",compute:(s,t,{sizes:e})=>Zs(s.memory,s.read_keys,s.read_strengths,e),explain:(s,t,e)=>Xs(s,e,(...o)=>s.now("read_keys",t,...o),(...o)=>s.now("memory",...o),s.now("read_strengths",t))},Zn={name:"read_weighting",axes:"T R N",compute(s,t,{sizes:{heads:e,locations:o}}){let n=new Float64Array(e*o),{read_modes:i,read_content_weighting:r}=s,{backward_weighting:a,forward_weighting:l}=s;for(let c=0,h=0;c<e;c++)for(let p=0;p<o;p++,h++)n[h]=i[3*c+Hs]*a[h]+i[3*c+Us]*r[h]+i[3*c+Gs]*l[h];return n},explain:(s,t,e)=>M(b(s.now("read_modes",t,Hs),s.now("backward_weighting",t,e)),b(s.now("read_modes",t,Us),s.now("read_content_weighting",t,e)),b(s.now("read_modes",t,Gs),s.now("forward_weighting",t,e)))},Xn={name:"read_vectors",axes:"T R W",compute:(s,t,{sizes:{heads:e,locations:o,word:n}})=>Js(s.read_weighting,s.memory,e,o,n),explain:(s,t,e)=>s.sum("n",s.sizes.locations,o=>b(s.now("memory",o,e),s.now("read_weighting",t,o)))},Jn={name:"output",axes:"T D",compute(s,t,e){let o=Float64Array.from(e.weights["output.bias"]),n=s[ne(e)],i=n.length+s.read_vectors.length;return C(o,e.weights["output.weight"],n,0,i),C(o,e.weights["output.weight"],s.read_vectors,0,i,n.length),o},explain(s,t){let{hidden:e,heads:o,word:n}=s.sizes,i=r=>s.weight("output.weight",t,r);return M(s.sum("q",e,r=>b(i(r),Ge(s,r))),s.sum("i,w",o*n,r=>{let[a,l]=s.symbolic?["i","w"]:[Math.floor(r/n),r%n];return b(i(s.symbolic?"i,w":e+r),s.now("read_vectors",a,l))}),s.weight("output.bias",t))}},Nt=[...Ps,Bn,qn,Wn,Pn,Hn,Un,Gn,Kn,Yn,Vn,Zn,Xn,Jn],Qn=[...Ye,"output"],Ct=s=>s.weights?[...Ds(s),...Nt]:Nt.filter(({name:t})=>!Qn.includes(t));var K=class{constructor(t,e){Object.assign(this,t,{given:e})}has(t){return t in this.arrays}names(t){return Object.keys(this.arrays).filter(e=>t(this.arrays[e]))}shapeOf(t){return this.arrays[t].shape.slice(1)}size(t){return ct(this.shapeOf(t))}at(t,e){let o=this.size(t),n=Math.min(e,this.steps-1)*o;return this.given[t].subarray(n,n+o)}},ft=class extends K{constructor(t,e){let o={};for(let[d,u]of Object.entries(t.arrays)){let f=e.arrays[d];if(!f||`${u.shape.slice(1)}`!=`${f.shape.slice(1)}`)continue;let g=Math.max(u.high,f.high)-Math.min(u.low,f.low);o[d]={...u,low:-g,high:g}}let{locations:n,word:i,heads:r,order:a,kind:l,answer:c}=t,h=`${t.label} − ${e.label}`,p=Math.max(t.steps,e.steps);super({locations:n,word:i,heads:r,order:a,kind:l,answer:c,label:h,steps:p,arrays:o}),Object.assign(this,{left:t,right:e,signed:!0})}at(t,e){let o=this.right.at(t,e);return Float64Array.from(this.left.at(t,e),(n,i)=>n-o[i])}};var ti=64e6,ei=16,to=["memory","link"];function si({controller:s,sizes:t}){let{input:e,output:o,hidden:n,heads:i,word:r,layers:a}=t,l={"cell.interface.weight":[r*i+3*r+5*i+3,n],"cell.interface.bias":[r*i+3*r+5*i+3],"output.weight":[o,n+i*r],"output.bias":[o]};if(s==="feedforward")return{...l,"cell.controller.0.weight":[n,e+i*r],"cell.controller.0.bias":[n]};if(s!=="lstm")throw new Error(`The controller must be 'lstm' or 'feedforward', but is '${s}'.`);for(let c=0;c<a;c++){let h=a>1?`cell.controller.layers.${c}.`:"cell.controller.";l[`${h}weight_ih`]=[4*n,c?n:e+i*r],l[`${h}weight_hh`]=[4*n,n],l[`${h}bias_ih`]=l[`${h}bias_hh`]=[4*n]}return l}function Ve(s){let{shapes:t}=s,e=si(s);for(let o of new Set([...Object.keys(e),...Object.keys(t)])){let[n,i]=[e,t].map(r=>r[o]&&`[${r[o]}]`);if(n!==i)throw new Error(`The weights '${o}' must be ${n??"absent"}, but are ${i??"absent"}: they are those of a model of other sizes.`);if(!s.weights[o].every(Number.isFinite))throw new Error(`The weights '${o}' hold NaN or infinity.`)}return s}var Y=class s extends K{constructor(t,e,o=null){let{input:n,target:i,mask:r,given:a,disturbance:l=pt,order:c,...h}=e,{input:p,word:d,heads:u}=t.sizes,f=oi(e,p),g=l.locations??t.sizes.locations,w={...t.sizes,locations:g},v={T:f,F:p,D:w.output,N:g,W:d,R:u};Le(l,t.table,{...v,N:t.sizes.locations}),super({label:"",keptBytes:ti,...h,steps:f,locations:g,word:d,heads:u,order:c?.length===g?c:Array.from({length:g},(y,x)=>x),disturbance:l,model:{...t,sizes:w},original:t,sequence:e},Object.fromEntries(Object.entries({...a,input:n,target:i,mask:r}).filter(([,y])=>y))),this.formulas=Ct(this.model),this.stepShapes={};for(let[y,{axes:x,optional:S}]of Object.entries(t.table))S||(this.stepShapes[y]=At({axes:x},v));for(let{name:y,axes:x}of this.formulas)this.stepShapes[y]??=At({axes:x},{...v,H:w.hidden});this.restored={},this.run(o),this.arrays=this.rows(t.table)}disturbed(t,e={}){let o={...this.sequence,...e,disturbance:t};return new s(this.original,o,this)}run(t){let{steps:e,locations:o,word:n}=this;this.thin=8*e*o*(o+n)>this.keptBytes,this.history=this.reusable(t);let i=this.history.length,r=this.zeros();if(i){r={...this.history[i-1]};for(let a of to)r[a]=t.at(a,i-1)}for(let a=i;a<e;a++){let l=this.advance(a,r);if(this.history.push(l),this.thin&&a>0&&(a-1)%ei)for(let c of to)this.history[a-1][c]=void 0;r=l}}reusable(t){return t&&t.original===this.original&&t.locations===this.locations&&t.sequence.input===this.sequence.input?t.history.slice(0,Ie(t.disturbance,this.disturbance)):[]}zeros(){return Object.fromEntries(this.formulas.map(({name:t})=>[t,new Float64Array(ct(this.stepShapes[t]))]))}advance(t,e){let o={};for(let n of Object.keys(this.given))o[n]=this.edited(n,t,this.recorded(n,t));for(let{name:n,compute:i}of this.formulas){let r=this.edited(n,t,i(o,e,this.model)),a=0;for(let l=0;l<r.length;l++)a+=r[l];if(!Number.isFinite(a)&&!r.every(Number.isFinite))throw new Error(`The ${this.disturbance.edits.length?"disturbance":"model"} drives ${n} to NaN or infinity at step ${t}. Use smaller values.`);o[n]=r}return o}edited(t,e,o){return Fe(this.disturbance,t,e,o,this.stepShapes[t])}recorded(t,e){let o=this.given[t].length/this.steps;return this.given[t].slice(e*o,(e+1)*o)}shapeOf(t){return this.stepShapes[t]??super.shapeOf(t)}at(t,e){return e=Math.min(e,this.steps-1),this.history[e][t]??this.restore(t,e)}restore(t,e){let{compute:o}=Nt.find(r=>r.name===t),n=e;for(;!this.history[n][t]&&this.restored[t]?.step!==n;)n--;let i=this.history[n][t]??this.restored[t].values;for(;n<e;){let r={...this.history[n],[t]:i};n++,i=this.edited(t,n,o(this.history[n],r,this.model))}return this.restored[t]={step:e,values:i},i}rows(t){let e={};for(let[o,n]of Object.entries(t)){if(!(o in this.history[0]))continue;let i=this.history[0][o].length,r=this.stepShapes[o]??n.shape?.slice(1)??[i],[a,l]=["number","strength"].includes(n.kind)?this.range(o):[0,1];e[o]={...n,shape:[this.steps,...r],low:a,high:l}}return e}range(t){let[e,o]=[1/0,-1/0];for(let{[t]:n}of this.history)for(let i=0;n&&i<n.length;i++)n[i]<e&&(e=n[i]),n[i]>o&&(o=n[i]);return e<=o?[e,o]:[0,1]}};function oi({input:s,mask:t,target:e},o){let n=s.length/o;if(!Number.isInteger(n)||n<1)throw new Error(`The input must have ${o} numbers at each of one or more steps, but has ${s.length}.`);let i=s.findIndex(r=>!Number.isFinite(r));if(i>=0)throw new Error(`The input holds NaN or infinity at step ${Math.floor(i/o)}.`);if(t&&t.length!==n)throw new Error(`The mask must have ${n} steps, but has ${t.length}.`);if(e&&e.length%n)throw new Error(`The target must have ${n} steps, but has ${e.length} numbers.`);return n}var Xe=30;function Ze(s,t){return s.reduce((e,{weight:o,bias:n,slope:i})=>{let r=Float64Array.from(n);return C(r,o,e),i===null?r:r.map(a=>a<0?i*a:a)},t)}var eo=(s,t)=>4*Math.max(s,t),Rt=class s extends Y{constructor(t,{agent:e,maze:o,disturbance:n,...i}){let r=eo(o.length,Math.max(e.longest,Xe)),a=new Float64Array(r*t.sizes.input);super(t,{...i,agent:e,maze:o,disturbance:n,input:a,target:null,mask:null,given:{}})}disturbed(t,e={}){return new s(this.original,{...this.sequence,...e,disturbance:t})}run(){let{agent:t,given:e}=this,{sign:o,length:n}=this.maze,i=new J(o,n,eo(n,t.longest)),r=this.model.sizes.input;this.history=[],this.scenes=[i.scene()];let a=this.zeros();for(;!i.over;){let l=this.history.length,c=Float64Array.from(i.observe());e.input.set(Ze(t.encoder,c),l*r);let h=this.advance(l,a),p=Ze(t.actor,h.output);ht(p,0,p.length);let d=p.indexOf(Math.max(...p)),u=i.step(d);this.history.push(Object.assign(h,{observation:c,action:Float64Array.of(d),action_probabilities:p,reward:Float64Array.of(u),value:Ze(t.critic,h.output)})),this.scenes.push(i.scene()),a=h}this.steps=this.history.length,this.outcome=i.outcome,this.correct=i.correct}};var Je={[z]:"left",[T]:"right"},ni="memory usage link precedence write_weighting read_weighting read_vectors".split(" "),ie=class{constructor(t){this.player=t,this.lab=t.laboratory,this.signs=[z,T].map(i=>{let r=`The sign points ${Je[i]}`;return $(`sign-${Je[i]}`,r,Je[i],()=>this.change({sign:i}))}),this.length=m("input",{type:"range",min:1,max:Xe,"aria-label":"length of the corridor","data-action":"corridor",oninput:()=>this.change({length:Number(this.length.value)})}),this.count=m("output",{}),this.wipe=$("wipe-memory","Set all locations to 0 after this step","",()=>this.forget(["memory"]));let e="Set all that it keeps to 0: memory, usage, links, weightings, and what it read";this.wipeAll=$("wipe-all",e,"Wipe all that it keeps",()=>this.forget(ni)),this.verdict=m("p",{class:"mp-turns",role:"status"});let o=(...i)=>m("div",{class:"mp-tools"},...i),n=m("span",{class:"mp-group-of",role:"group","aria-label":"sign"},...this.signs);this.root=m("section",{class:"mp-agent","aria-label":"maze and memory of the agent"},o("sign",n,m("label",{},"corridor ",this.length,this.count),this.wipe,this.wipeAll),this.verdict),this.root.addEventListener("keydown",i=>{i.target===this.length&&i.key!=="Escape"&&i.stopPropagation()}),this.lab.root.prepend(this.root),this.follow()}change(t){let{lab:e}=this,o={...e.run.maze,...t};e.commit(),e.attempt(()=>{let n=e.run.disturbed(e.history.now,{maze:o});e.plain=null,e.present(n)})}forget(t){let{step:e}=this.player,o={index:[],first:e,last:e,value:0};this.lab.edit(t.map(n=>({name:n,...o})))}follow(){this.wipe.textContent=`Wipe its memory at step ${this.player.step}`;let{run:t}=this.lab;if(t===this.told)return;this.told=t;let{sign:e,length:o}=t.maze;this.signs.forEach((n,i)=>n.setAttribute("aria-pressed",String([z,T][i]===e))),this.length.value=o,this.count.textContent=` ${o} ${o===1?"step":"steps"}`,this.verdict.textContent=ii(t),this.verdict.dataset.correct=t.correct}};function ii(s){let t=[z,T].map(r=>{let a=r===s.maze.sign,{outcome:l,correct:c}=a?s:s.disturbed(s.disturbance,{maze:{...s.maze,sign:r}});return l==="late"?{outcome:l,text:"it doesn't turn in time"}:{outcome:l,text:`it turns ${l}, ${c?"correctly":"wrongly"}`}}),[e,o]=t,i=e.outcome===o.outcome?" So the sign makes no difference to it.":"";return`Sign left: ${e.text}. Sign right: ${o.text}.${i}`}function re(s,{type:t,offset:e,shape:o}){return new(t==="f8"?Float64Array:Float32Array)(s,e,ct(o))}function Qe(s,t){let e=t.buffer.slice(t.byteOffset,t.byteOffset+t.byteLength),o=s.model?ri(s,e):null;return{model:o,runs:s.runs.map(n=>li(n,e,o,s))}}function ri({model:s,runs:t},e){let o={};for(let[i,r]of Object.entries(s.weights))o[i]=Float64Array.from(re(e,r));let n=Object.fromEntries(Object.entries(s.weights).map(([i,{shape:r}])=>[i,r]));return Ve({...s,weights:o,shapes:n,table:t[0].arrays})}function ai({agent:s},t,e,o){let n=c=>c.map(({weight:h,bias:p,slope:d})=>({weight:Float64Array.from(re(t,h)),bias:Float64Array.from(re(t,p)),slope:d})),[i,r,a]=[s.encoder,s.actor,s.critic].map(n),l=s.options.corridor_length[1];return new Rt(e,{...o,agent:{encoder:i,actor:r,critic:a,longest:l},maze:s.maze})}function li({follows:s,disturbance:t,scenes:e,...o},n,i,r){let a={};o.scenes=e?$s(e):null;for(let[x,S]of Object.entries(o.arrays))"offset"in S&&(a[x]=re(n,S));if(!s)return new K(o,a);let{input:l,target:c,mask:h,...p}=a,d={...o,input:l,target:c,mask:h,given:p};if(s==="model"){let x=et(r.disturbance??"");return r.agent?ai(r,n,i,{...o,disturbance:x}):new Y(i,{...d,disturbance:x})}let{arrays:u,locations:f,word:g,heads:w}=o,v={locations:f,word:g,heads:w,input:u.input.shape[1]};v.output=u.output.shape[1];let y={...et(t),locations:null,words:null};return new Y({sizes:v,weights:null,table:u},{...d,disturbance:y})}var ci={N:"location",H:"unit",W:"position"},hi=["fraction","weighting","distribution","links"],pi=.1,Lt=s=>/^[A-Z]$/.test(s)&&!"FDA".includes(s),ae=({axes:s})=>s.split(" ").slice(1);function ce(s){let t={};for(let e of Object.values(s.arrays))ae(e).forEach((o,n)=>{Lt(o)&&(t[o]=e.shape[n+1])});return t}function V(s,t){let e=ae(s.arrays[t]),[o,n]=e,i=new Set(Object.values(s.arrays).map(ae).filter(r=>r.length===2&&r.every(Lt)&&!r.includes("R")).filter(([r,a])=>r!==a).map(([,r])=>r));return e.length===0||o==="R"&&!Lt(n??"3")?"few":e.length===1?Lt(o)?i.has(o)?"vector":"places":"other":e.length>2||!e.every(Lt)?"other":o==="R"?i.has(n)?"vectors":"heads":o===n?"pairs":"words"}var W=(s,t)=>ae(s.arrays[t]).filter(e=>e!=="R")[0];function he(s,t){let e=new Map;for(let o of t){let n=W(s,o);e.set(n,[...e.get(n)??[],o])}return e}var I=({kind:s})=>hi.includes(s);function st(s,t,e){let o=[];for(let n of s.arrays[t].shape.slice(1).reverse())o.unshift(e%n),e=Math.floor(e/n);return o.length?`${t}[${o.join(", ")}]`:t}function ts(s){let t=s.locations,e=new Float64Array(t),o=new Array(t).fill(s.steps),n=(i,r)=>s.at("write_weighting",i)[r]||0;for(let i=0;i<s.steps;i++)for(let r=0;r<t;r++)e[r]=Math.max(e[r],n(i,r));for(let i=s.steps-1;i>=0;i--)for(let r=0;r<t;r++)e[r]>=pi&&n(i,r)>=e[r]/2&&(o[r]=i);return Array.from(o.keys()).sort((i,r)=>o[i]-o[r]||i-r)}var so=(s,t)=>({kind:s,count:t}),jt=(s,t)=>({kind:s,count:t.length,names:t}),le=class{constructor(t,e,o){this.sizes=ce(t),this.simple=e,this.order=o}of(t){let e=this.sizes[t],n=[...t==="N"&&this.order?this.order:Array.from({length:e}).keys()],i=n.map((r,a)=>String(this.simple?a+1:r));return{kind:t,shared:!0,count:e,places:n,names:i}}say(t,e){return`${ci[t]??"place"} ${this.of(t).names[e]}`}number(t,e){let{places:o,names:n}=this.of(t);return n[o.indexOf(e)]}};var P=s=>s.answer==="bits"&&s.has("output")&&s.has("target");function pe(s,t){if(s.signed){let e=pe(s.right,t);return pe(s.left,t).map((o,n)=>o-e[n])}return Float64Array.from(s.at("output",t),e=>1/(1+Math.exp(-e)))}function ot(s,t){return s.signed?!0:s.has("mask")?s.at("mask",t)[0]>0:s.at("target",t).some(e=>e!==0)}function gt(s,t,e){if(s.signed||!ot(s,t))return!1;let o=s.at("output",t)[e];return Number.isNaN(o)||o>0!=s.at("target",t)[e]>.5}function es(s){if(!P(s))return null;let t=s.size("output"),[e,o]=[0,0];for(let n=0;n<s.steps;n++)if(ot(s,n)){o+=t;for(let i=0;i<t;i++)e+=gt(s,n,i)}return{wrong:e,asked:o}}var no="00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838",io="053061 175290 2a71b2 3f8ec0 6bacd1 9bc9e0 c2ddec e0ecf3 f7f6f6 fbe5d8 fbccb4 f5aa89 e48066 d05548 ba2832 930e26 67001f",mi=s=>s.split(" ").map(t=>[0,2,4].map(e=>parseInt(t.slice(e,e+2),16)));function oo(s){let t=mi(s),e=new Uint32Array(256);for(let o=0;o<256;o++){let n=o/255*(t.length-1),i=Math.min(Math.floor(n),t.length-2),[r,a,l]=t[i].map((c,h)=>Math.round(c+(n-i)*(t[i+1][h]-c)));e[o]=255<<24|l<<16|a<<8|r}return e}var ro={sequential:oo(no),diverging:oo(io)},me=s=>`linear-gradient(to right, ${(s==="diverging"?io:no).split(" ").map(t=>"#"+t).join(", ")})`,Ft=(s,t)=>({kind:"sequential",low:s,high:t>s?t:s+1}),nt=s=>({kind:"diverging",low:-(s||1),high:s||1}),de=Ft(0,1);var It=.1,ss=.5,ao=.1;function wt(s,t,e){let o=0,n=0;for(let i=0;i<e;i++)n+=s[t+i],s[t+i]>s[t+o]&&(o=i);return{location:o,weight:s[t+o],total:n}}var ue=s=>s.toFixed(2);function os(s,t){if(t>=s.steps)return`This run ended with step ${s.steps-1}.`;if(!s.has("write_weighting"))return ho(s,t);let e=s.locations,o=[],n=wt(s.at("write_weighting",t),0,e);if(![n.weight,n.total].every(Number.isFinite))o.push("Its write is not a number.");else if(n.total<It)o.push(`Writes next to nothing (${ue(n.total)}).`);else{let i=s.at("allocation_gate",t)[0],r=i*s.at("allocation_weighting",t)[n.location],a=(1-i)*s.at("write_content_weighting",t)[n.location],l=r>=a?"newly allocated":"found by content",c=`location ${n.location} (${ue(n.weight)})`;n.weight>=n.total/2?o.push(`Writes to ${c}, ${l}.`):o.push(`Spreads its write, most of it to ${c}, ${l}.`)}if(t>0){let i=s.at("free_gates",t),r=s.at("read_weighting",t-1),a=[];for(let l=0;l<e;l++){let c=1;for(let h=0;h<s.heads;h++)c*=1-i[h]*r[h*e+l];c<.5&&a.push(l)}a.length>4?o.push(`Frees ${a.length} locations.`):a.length&&o.push(`Frees location${a.length>1?"s":""} ${a.join(", ")}.`)}for(let i=0;i<s.heads;i++){let r=wt(s.at("read_weighting",t),i*e,e);if(!Number.isFinite(r.weight))o.push(`Head ${i}'s read is not a number.`);else if(r.total<It)o.push(`Head ${i} reads next to nothing (${ue(r.total)}).`);else{let a=s.at("read_modes",t),c=["backward_weighting","read_content_weighting","forward_weighting"].map((u,f)=>a[i*3+f]*s.at(u,t)[i*e+r.location]),h=c.indexOf(Math.max(...c)),p="found by content";h!==1&&(p=h===0?"following the link backward":"following the link",t>0&&(p+=` from ${wt(s.at("read_weighting",t-1),i*e,e).location}`));let d=`${r.location} (${ue(r.weight)})`;r.weight>=r.total/2?o.push(`Head ${i} reads ${d}, ${p}.`):o.push(`Head ${i} reads a mixture, most of it from ${d}, ${p}.`)}}return o.join(" ")}var di={dnc:"Differentiable neural computer (DNC)",gru:"Gated recurrent unit (GRU)",lstm:"Long short-term memory (LSTM)",elman:"Elman network",memoryless:"A model without memory"},ui={write:"writes",read:"reads",target:"wanted"};function fe(s,t){if(t==="output"&&P(s))return"answer";let{label:e}=s.arrays[t];return ui[e]??e}var co=s=>di[s.kind]??"A memory at work";function ns(s,t,e){if(t>=s.steps)return`This run ended with step ${s.steps-1}.`;if(!s.has("write_weighting"))return`${ho(s,t,i=>i+1)} ${lo(s,t)}`.trim();let o=new Map;for(let i=0;i<s.heads;i++){let r=gi(s,t,i,e);o.set(r,[...o.get(r)??[],i+1])}let n=Array.from(o,([i,r])=>s.heads===1?`Reads ${i}.`:r.length===1?`Head ${r[0]} reads ${i}.`:`Heads ${r.slice(0,-1).join(", ")} and ${r.at(-1)} read ${i}.`);return[fi(s,t,e),...n,lo(s,t)].join(" ").trim()}function fi(s,t,e){let o=wt(s.at("write_weighting",t),0,s.locations);if(![o.weight,o.total].every(Number.isFinite))return"What it writes is not a number.";if(o.total<It)return"Writes next to nothing.";let n=s.at("allocation_gate",t)[0],i=n*s.at("allocation_weighting",t)[o.location],r=(1-n)*s.at("write_content_weighting",t)[o.location],a=`location ${e(o.location)}`,l=i>=r?"which was free":"because it resembles what the model looks for",c=o.total<ss?"Writes faintly":"Writes";return o.weight>=o.total/2?`${c} to ${a}, ${l}.`:`${o.total<ss?"Spreads a faint write":"Spreads its write"} over several locations, most of it to ${a}.`}function gi(s,t,e,o){let n=s.locations,i=wt(s.at("read_weighting",t),e*n,n);if(!Number.isFinite(i.weight))return"something that is not a number";if(i.total<It)return"next to nothing";let r=`location ${o(i.location)}`;if(i.weight<It)return"a little of many locations";if(i.weight<i.total/2)return`a mixture of locations, most of it from ${r}`;let a=s.at("read_modes",t).subarray(e*3,e*3+3),c=["backward_weighting","read_content_weighting","forward_weighting"].map((d,u)=>a[u]*s.at(d,t)[e*n+i.location]),h=c.indexOf(Math.max(...c)),p="because it resembles what the model looks for";if(h!==1&&t>0){let d=wt(s.at("read_weighting",t-1),e*n,n);p=`which was written right ${h===0?"before":"after"} location ${o(d.location)}`}return`${i.total<ss?"faintly from ":""}${r}, ${p}`}function ho(s,t,e=o=>o){let[o]=s.names(p=>p.simple).filter(p=>V(s,p)==="places");if(!o)return s.has("memory")?"":"Remembers nothing of the steps before.";let n=s.at(o,t),i=t>0?s.at(o,t-1):new Float32Array(n.length),r=Array.from(n,(p,d)=>Math.abs(p-i[d]));if(!r.every(Number.isFinite))return"What it holds is not a number.";let a=r.indexOf(Math.max(...r)),l=r.filter(p=>p>=ao).length,c=p=>p.toFixed(2).replace("-","−");return`${l?`${l} of ${n.length} units change`:"No unit changes"} by ${ao} or more; unit ${e(a)} changes most, from ${c(i[a])} to ${c(n[a])}.`}function lo(s,t){if(!P(s)||!ot(s,t))return"";let e=s.size("output"),o=0;for(let n=0;n<e;n++)o+=gt(s,t,n);return o?`${o} of the ${e} bits of its answer ${o>1?"are":"is"} wrong.`:e>1?`All ${e} bits of its answer are right.`:"Its answer is right."}function is(s){let{run:t,simple:e}=s,n=s.names("words").map(r=>bt(t.arrays[r].label,s.shared([r])()));if(e){let r={text:wi(s),...s.unit()},a={text:"input",...s.scaleOf("input")()};a.low===r.low&&a.high===r.high&&!t.signed?r.text=["input",r.text].filter(Boolean).join(", "):n.push(bt(a.text,a)),r.text&&n.push(bt(r.text,r))}else{let r=s.names("vector","vectors");r.length&&n.push(bt("words of this step",s.shared(r)()));let a=s.names("places").filter(c=>!I(t.arrays[c]));a.length&&n.push(bt("units",s.shared(a)()));let l=t.has("link")?"links, usage, weightings, gates":"gates";t.names(I).length&&n.push(bt(t.signed?"differences":l,s.unit()))}let i=m("span",{class:"mp-bar-entry"},m("i",{class:"mp-hatch"}));return i.append("no number"),m("div",{class:"mp-legend"},...n,i)}function wi({run:s}){return s.signed?"differences":[s.has("write_weighting")&&"weights",P(s)&&"probabilities"].filter(Boolean).join(", ")}function bt(s,{kind:t,low:e,high:o}){let n=m("i",{class:"mp-gradient",style:{background:me(t)}}),i=`${s} ${q(e)}`;return m("span",{class:"mp-bar-entry"},i,n,q(o))}var bi=[["location","a row of the memory; counted in the order in which the run first writes to them"],["weight","how far a step writes to a location or reads it: 0 not at all, 1 wholly"],["free","not in use: nothing that is still needed stands there"],["probability","how likely the model finds it that a bit of the answer is 1"]];function po(s){let{run:t,simple:e}=s,o=t.names(r=>!e||r.simple),n=o.map(r=>{let{label:a,meaning:l}=t.arrays[r];return e?[fe(t,r),l]:[a===r?a:`${a} (${r})`,l]}),i=o.some(r=>["words","pairs"].includes(V(t,r)));return e&&i&&n.push(...bi),m("details",{class:"mp-keys mp-glossary"},m("summary",{},"What do the words mean?"),m("dl",{},...n.flatMap(([r,a])=>[m("dt",{},r),m("dd",{},a)])))}var mo="memorylab-player-level",rs=["simple","everything"];function uo(){try{let s=localStorage.getItem(mo);return rs.includes(s)?s:rs[0]}catch{return rs[0]}}function fo(s){try{localStorage.setItem(mo,s)}catch{}}var xi=.1,xt=class{constructor(t,e){Object.assign(this,e),this.player=t;let o=this.canvas=m("canvas",{width:this.columns.count,height:this.rows.count,tabindex:"0",role:"application","aria-roledescription":"heatmap","aria-label":`${this.title}: ${this.rows.count} by ${this.columns.count}. Arrow keys move from cell to cell.`,"data-panel":this.name});this.context=o.getContext("2d",{alpha:!0}),this.image=this.context.createImageData(this.columns.count,this.rows.count),this.words=new Uint32Array(this.image.data.buffer),this.cell=null,this.marks=m("div",{class:"mp-marks"}),this.lights=m("div",{class:"mp-marks"}),this.frame=m("div",{class:"mp-frame"},o,this.marks,this.lights),o.addEventListener("pointermove",n=>this.point(n)),o.addEventListener("pointerleave",()=>t.select(null)),o.addEventListener("focus",()=>this.choose(this.cell??[0,0])),o.addEventListener("blur",()=>t.select(null)),o.addEventListener("keydown",n=>this.key(n)),o.addEventListener("click",n=>{this.choose(this.place(n)),t.tellCell(this,n)})}draw(t){let e=this.cells(t),{kind:o,low:n,high:i}=this.scale(),r=ro[o],a=255/(i-n),{words:l}=this,c=this.columns.count;for(let h=0,p=0;h<this.rows.count;h++)for(let d=0;d<c;d++,p++){let u=e(h,d),f=(u-n)*a;l[p]=u!==u?0:r[f<0?0:f>255?255:f+.5|0]}this.context.putImageData(this.image,0,0)}place(t){let e=this.canvas.getBoundingClientRect(),o=(n,i,r)=>Math.max(0,Math.min(r-1,Math.floor(n/i*r)));return[o(t.clientY-e.top,e.height,this.rows.count),o(t.clientX-e.left,e.width,this.columns.count)]}point(t){this.choose(this.place(t))}choose(t){this.cell=t,this.player.select(this)}key(t){let e={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[0,-1],ArrowRight:[0,1]};if(t.ctrlKey||t.metaKey||t.altKey||!(t.key in e)&&t.key!=="Enter")return;if(t.preventDefault(),t.stopPropagation(),t.key==="Enter")return this.player.tellCell(this,t);let[o,n]=this.cell??[0,0],[i,r]=e[t.key];this.choose([Math.max(0,Math.min(this.rows.count-1,o+i)),Math.max(0,Math.min(this.columns.count-1,n+r))])}chosen(){let[t,e]=this.cell,o=[];for(let[{kind:n,shared:i},r]of[[this.rows,t],[this.columns,e]])i&&o.push([n,r]);return{panel:this,row:t,column:e,places:o}}readout(t){let[e,o]=this.cell,n=A(this.cells(t)(e,o));return`${this.tell(e,o,t)} = ${n}`}bar(t,e,o){let[{count:n},i,r]=t==="row"?[this.rows,"top","height"]:[this.columns,"left","width"],a={[i]:`${100*e/n}%`,[r]:`${100/n}%`};return m("div",{class:`mp-mark mp-${t} ${o}`,style:a})}mark(t){let{rows:e,columns:o}=this,n=[];if(t?.panel===this)n.push(this.bar("row",t.row,"mp-strong")),n.push(this.bar("column",t.column,"mp-strong"));else if(t){let i=({kind:a,shared:l})=>l?t.places.filter(c=>c[0]===a).map(c=>c[1]):[],r=[i(e),i(o)];e.shared&&e.kind===o.kind&&r[0].length&&r.splice(0,2,[r[0][0]],[r[0][1]??r[0][0]]),n.push(...r[0].map(a=>this.bar("row",a,""))),n.push(...r[1].map(a=>this.bar("column",a,"")))}this.marks.replaceChildren(...n)}light(t,e){let o=[],{count:n}=this.rows,{count:i}=this.columns;for(let r=0;t.length&&r<n;r++)for(let a=0;a<i;a++){let l={step:e,...this.address(r,a)};if(!t.some(h=>["name","index","step"].every(p=>h[p]===l[p])))continue;let c={top:`${100*r/n}%`,left:`${100*a/i}%`,height:`${100/n}%`,width:`${100/i}%`};o.push(m("div",{class:"mp-lit",style:c}))}this.lights.replaceChildren(...o)}},ge=class extends xt{constructor(t,e){super(t,e),this.cursor=m("div",{class:"mp-cursor"}),this.frame.append(this.cursor),this.frame.classList.add("mp-time"),this.canvas.addEventListener("pointerdown",o=>{this.canvas.setPointerCapture(o.pointerId),this.seek(o)})}seek(t){let e=this.canvas.getBoundingClientRect();this.player.seek(Math.floor((t.clientX-e.left)/e.width*this.columns.count))}point(t){t.buttons&1&&this.seek(t),super.point(t)}draw(){}drawOnce(){super.draw(0),this.update?.()}follow(t){let e=100/this.columns.count;if(this.cursor.style.left=`${Math.min(t,this.columns.count-1)*e}%`,this.cursor.style.width=`max(3px, ${e}%)`,this.verdict?.(t),this.numbers){let o=this.cells(0);this.numbers.forEach((n,i)=>{let r=o(i,t);n.textContent=Number.isNaN(r)?"":r!==0&&Math.abs(r)<.001?"0.000":q(r)})}}},we=class extends xt{constructor(t,e){super(t,e),this.path=_("path",{class:"mp-bar"}),this.missing=_("path",{class:"mp-missing"});let o={viewBox:`0 0 100 ${this.rows.count}`,preserveAspectRatio:"none"};this.canvas.after(_("svg",{...o,"aria-hidden":"true"},this.path,this.missing)),this.canvas.setAttribute("aria-roledescription","bars"),this.frame.classList.add("mp-bars",this.tone),this.notes=m("div",{class:`mp-notes ${this.tone}`,"aria-hidden":"true"})}draw(t){let e=this.cells(t),{low:o,high:n}=this.scale(),i=p=>{let d=Math.max(0,Math.min(1,(p-o)/(n-o)));return 100*(this.mirrored?1-d:d)},{count:r}=this.rows,a=this.height/r>=11,l="",c="",h=[];for(let p=0;p<r;p++){let d=e(p,0);if(d!==d){c+=`M0 ${p+.5}h100`;continue}let u=i(0);l+=`M${u.toFixed(2)} ${p+.12}v.76H${i(d).toFixed(2)}v-.76z`;let f=Math.abs(d);f<xi*n||(a?h.push([p,d]):(!h.length||f>Math.abs(h[0][1]))&&(h=[[p,d]]))}this.path.setAttribute("d",l),this.missing.setAttribute("d",c),this.notes.replaceChildren(...h.map(([p,d])=>{let u={top:`${100*(p+.5)/r}%`};return m("span",{style:u},d.toFixed(2).replace("-","−"))}))}};var yi=180;function be(s,t,e,o,n){let{name:i=`${t} over time`,scale:r,height:a,numbers:l=!1,tell:c,meaning:h,tone:p=""}=n,d=n.at??((y,x)=>s.run.at(y,x)),u={},f=()=>(y,x)=>{if(x>=s.run.steps)return NaN;let[S,Z]=o(y);return u[S]??=Array.from({length:s.run.steps},(k,N)=>d(S,N).slice()),u[S][x][Z]},g=new ge(s.player,{name:i,title:`${t} over time`,view:s,rows:e,columns:{kind:"time",count:s.player.steps},scale:r,cells:f,tell:(y,x)=>`step ${x}, ${c(y)}`,address(y,x){let[S,Z]=o(y);return{name:S,index:Z,step:x}},forget:()=>u={}});g.canvas.style.height=`${a}px`,s.lines.push(g);let w=m("div",{class:`mp-line-label ${p}`,title:h});e.names&&!e.shared&&e.count>1?(w.classList.add("mp-line-names"),w.append(...e.names.map((y,x)=>m("span",{title:e.titles?.[x]},y)))):w.append(t);let v=m("div",{class:"mp-line-right"});return n.verdict?(g.verdict=y=>v.textContent=n.verdict(y),v.classList.add("mp-verdict")):l?(g.numbers=Array.from({length:e.count},()=>m("span",{})),v.append(...g.numbers)):g.update=()=>v.replaceChildren(ki(r())),{panel:g,root:m("div",{class:"mp-line"},w,g.frame,v)}}function ki({kind:s,low:t,high:e}){if(t===0&&e===1)return"";let o={background:me(s).replace("to right","to top")},n=m("i",{class:"mp-gradient mp-upright",style:o}),i=[e,t].map(r=>m("span",{},q(r)));return m("span",{class:"mp-range"},i[0],n,i[1])}function xe(s){let t=Pt(s,yi,22),e=m("div",{class:"mp-ticks mp-ticks-column"});for(let o=0;o<s;o+=t)e.append(m("span",{style:{left:`${100*(o+.5)/s}%`}},`${o}`));return m("div",{class:"mp-line mp-clock","aria-hidden":"true"},m("div",{class:"mp-line-label"},"step"),e)}var bo=13;function xo(s){let{run:t}=s,e=()=>xe(s.player.steps);return{step:$i(s),whole:[yo("Over the whole run",[...Ai(s),e(),e()],!0),...Ei(s,!(t.heads>4))]}}function yo(s,t,e){let o=m("summary",{},s),n=m("div",{class:"mp-grid"},...t),i=m("details",{class:"mp-group"},o,n);return i.open=e,i}function $i(s){let{run:t,compact:e}=s,o=s.crowded?7:e?9:12,n=(u,f)=>Math.max(96,Math.min(f,u*o)),i=u=>n(s.axes.sizes[u],e?176:240),r=n(t.word??0,e?176:240),a=t.frame?[s.frame(t.frame)]:[];for(let u of s.names("words"))a.push(vi(s,u,r,i));for(let u of s.names("pairs"))a.push(_i(s,u,i));let l=[];for(let[u,f]of he(t,s.names("places")))for(let g of[!1,!0]){let w=f.filter(x=>I(t.arrays[x])===g);if(!w.length)continue;let v=u==="N"?"writing":g?"gates":"units",y=(x,S)=>`${x} of ${s.axes.say(u,S)}`;l.push(go(s,{title:v,letter:u,names:w,start:0,say:y},i(u)))}let c=s.names("heads");for(let u=0;c.length&&u<t.heads;u++){let f=W(t,c[0]),g=(y,x)=>`head ${u}, ${y}, ${s.axes.say(f,x)}`,w=u*s.axes.sizes[f],v={title:`head ${u}`,letter:f,names:c,start:w,say:g};l.push(go(s,v,i(f)))}let h=s.names("vector","vectors"),p=(u,...f)=>m("div",{class:`mp-band ${u}`},...f),d=[p("",...a)];return h.length&&d.push(Si(s,h,r)),[p("",p("mp-stack",...d),...l)]}function vi(s,t,e,o){let{axes:n,run:i}=s,[r,a]=i.arrays[t].axes.split(" ").slice(1),[l,c]=[n.of(r),n.of(a)],h={name:t,title:i.arrays[t].label,meaning:i.arrays[t].meaning,rows:l,columns:c,scale:s.shared([t]),arrays:[t],index:(p,d)=>l.places[p]*c.count+d,tell:(p,d)=>`${t}[${l.names[p]}, ${d}]: ${n.say(r,p)}, ${n.say(a,d)}`};return s.figure(h,e,o(r))}function _i(s,t,e){let{axes:o,run:n}=s,i=W(n,t),r=o.of(i),a=n.arrays[t].kind==="links"?"written right after":"and",l={name:t,title:n.arrays[t].label,meaning:n.arrays[t].meaning,rows:r,columns:r,scale:s.scaleOf(t),arrays:[t],index:(c,h)=>r.places[c]*r.count+r.places[h],tell:(c,h)=>`${t}[${r.names[c]}, ${r.names[h]}]: ${o.say(i,c)} ${a} ${r.names[h]}`};return s.figure(l,e(i),e(i))}function go(s,{title:t,letter:e,names:o,start:n,say:i},r){let a=s.axes.of(e),l=o.map(d=>s.run.arrays[d].label),c=o.map(d=>s.run.arrays[d].meaning),h=o.every(d=>I(s.run.arrays[d])),p={name:t,title:t,rows:a,columns:{...jt("quantity",l),titles:c},scale:h?s.unit:s.shared(o),arrays:o,pick:(d,u)=>u,index:d=>n+a.places[d],tell:(d,u)=>i(l[u],d)};return s.figure(p,o.length*(s.compact?15:18),r)}function Si(s,t,e){let o=s.entries(t),n=o.map(({label:a})=>a),i=s.run.arrays[t[0]].axes.split(" ").at(-1),r={name:"vectors",title:"words of this step",rows:{...jt("vector",n),titles:o.map(({meaning:a})=>a)},columns:s.axes.of(i),scale:s.shared(t),arrays:o.map(({name:a})=>a),pick:a=>a,index:(a,l)=>o[a].index+l,tell:(a,l)=>`${n[a]}, position ${l}`};return s.figure(r,e,o.length*bo)}var ko=({kind:s})=>s==="strength";function Ai(s){let{run:t}=s,e=c=>I(t.arrays[c])||ko(t.arrays[c]),n=t.names(()=>!0).filter(c=>t.size(c)>0).filter(c=>{let h=V(t,c);return c===t.frame?.name?!1:h==="other"||h==="few"&&!e(c)}),i=["usage","write_weighting","read_weighting"].filter(c=>t.has(c)),r=s.names("places").filter(c=>W(t,c)!=="N"),a=s.entries([...i,...r]),l=Math.min(s.compact?64:96,(s.compact?200:360)/a.length);return[...n.map(c=>Dt(s,c)),...a.map(c=>{let h=s.axes.sizes[W(t,c.name)],p=Math.max(s.crowded?28:40,Math.min(l,h*(s.crowded?2:4)));return as(s,c,{height:p})})].map(({root:c})=>c)}function Dt(s,t,e={}){let{label:o,meaning:n}=s.run.arrays[t],i=s.run.size(t),r=i===1,a=r?jt("feature",[o]):so("feature",i);return be(s,e.label??o,a,l=>[t,l],{name:`${o} over time`,scale:s.scaleOf(t),height:r?16:Math.max(s.crowded?24:s.compact?30:36,Math.min(72,i*(s.crowded?3:5))),numbers:r,tell:l=>r?o:`${o} ${l}`,meaning:n,...e})}function as(s,{label:t,name:e,index:o,meaning:n},i={}){let r=W(s.run,e),a=s.axes.of(r);return be(s,i.label??t,a,l=>[e,o+a.places[l]],{name:`${t} over time`,scale:s.scaleOf(e),tell:l=>`${t} of ${s.axes.say(r,l)}`,meaning:n,...i})}function Ei(s,t){let{run:e}=s,o=s.names("few"),n=o.filter(l=>I(e.arrays[l])),i=o.filter(l=>ko(e.arrays[l])),r=()=>{let l=Math.max(1.001,...i.map(c=>s.run.arrays[c].high));return s.run.signed?nt(l):Ft(1,l)},a=[];return n.length&&a.push(wo(s,"gates",n,s.unit)),i.length&&a.push(wo(s,"strengths",i,r)),a.length?[yo("Gates, read modes, strengths",a,t)]:[]}function wo(s,t,e,o){let n=s.entries(e),i=n.map(({label:h})=>h),r={...jt("gate",i),titles:n.map(({meaning:h})=>h)},a=h=>[n[h].name,n[h].index],l=h=>i[h],c=n.length*bo;return be(s,t,r,a,{scale:o,height:c,numbers:!0,tell:l}).root}var Mi=.1,Oi={wide:{row:19,least:160,most:304,word:15,side:52,own:150,line:52,placed:152},laboratory:{row:13,least:120,most:208,word:13,side:52,own:150,line:38,placed:106},crowded:{row:5,least:80,most:112,word:9,side:40,own:100,line:22,placed:52},compact:{row:8,least:120,most:152,word:9,side:40,own:100,line:30,placed:80}},Bt=({compact:s,crowded:t,player:e})=>Oi[t?"crowded":s?"compact":e.network?"laboratory":"wide"];function $o(s){return{step:zi(s),whole:Li(s)}}var qt=(s,t,e)=>Math.max(s,Math.min(t,e));function it(s,t,e=null){let o=fe(s.run,t);return e===null||s.run.heads===1?o:`${o} (head ${e+1})`}function zi(s){let{run:t}=s,e=t.frame?[s.frame(t.frame)]:[],o=s.names("words","places","heads");for(let[n,i]of he(t,o))e.push(Ti(s,n,i));return o.length||e.push(m("p",{class:"mp-nothing"},"Nothing is kept from step to step, so there is no memory to show.")),e}function Ti(s,t,e){let{run:o,axes:n}=s,i=n.of(t),{row:r,least:a,most:l}=Bt(s),c=qt(a,i.count*r,l),h=e.filter(k=>s.names("words").includes(k)),p=e.filter(k=>s.names("places").includes(k)),d=e.filter(k=>s.names("heads").includes(k)),u=s.ticks("row",i,c);u.style.height=`${c}px`;let f=n.say(t,0).split(" ")[0],g=[ls(s.simple?f:"","","",u)],w=h.length>0,v=(k,N=null)=>Ci(s,t,{name:k,head:N,height:c,beside:w}),y=(k,N,B)=>{let Wt=B.flatMap(({frame:kt,notes:gs,mirrored:Yo})=>B.length>1?[kt]:Yo?[gs,kt]:[kt,gs]);for(let{notes:kt}of B)kt.style.height=`${c}px`;let rt=m("div",{class:"mp-side"},...Wt);return g.push(ls(N,o.arrays[k].meaning,B[0].tone,rt)),B},x=p.flatMap(k=>y(k,it(s,k),[v(k)])),S=h.map(k=>Ni(s,t,k,c));S.forEach((k,N)=>{let{label:B,meaning:Wt}=o.arrays[h[N]],rt=ls(B,Wt,"mp-centre",k.frame);rt.classList.add("mp-shrinks"),g.push(rt)});let Z=d.flatMap(k=>{let N=it(s,k)+(o.heads>1?` (heads 1–${o.heads})`:""),B=Array.from({length:o.heads},(Wt,rt)=>v(k,rt));return y(k,N,B)});if(!o.signed)for(let k of S)Ri(s,k,[...x,...Z]);return m("figure",{class:"mp-memory"},...g)}function ls(s,t,e,o){let n=m("figcaption",{class:e,title:t||null},s);return m("div",{class:"mp-part"},n,o)}function Ni(s,t,e,o){let{axes:n,run:i}=s,r=i.arrays[e].axes.split(" ").at(-1),[a,l]=[n.of(t),n.of(r)],c=(p,d)=>a.places[p]*l.count+d,h={name:e,title:i.arrays[e].label,rows:a,columns:l,scale:s.shared([e]),arrays:[e],index:c,tell:(p,d)=>`${n.say(t,p)}, ${n.say(r,d)} (${st(i,e,c(p,d))})`};return s.panel(h,qt(96,l.count*Bt(s).word,240),o)}function Ci(s,t,{name:e,head:o,height:n,beside:i}){let{axes:r,run:a}=s,{side:l,own:c}=Bt(s),h=r.of(t),p=(o??0)*h.count,{label:d}=a.arrays[e],u=it(s,e,o),f=v=>p+h.places[v],g=o===null?l:qt(10,120/a.heads,l),w={name:`${d}${o===null?"":` ${o}`} now`,title:`${u} now`,rows:h,columns:{kind:"quantity",count:1},scale:s.scaleOf(e),arrays:[e],index:f,tell:v=>`${u}, ${r.say(t,v)} (${st(a,e,f(v))})`,tone:i?o===null?"mp-write":"mp-read":"mp-own",mirrored:i&&o===null};return s.panel(w,i?g:c,n,we)}function Ri(s,t,e){let o=m("div",{class:"mp-marks"});t.frame.append(o),s.touched.push(n=>{let i=e.map(r=>{let a=r.cells(n),l=0;for(let c=1;c<r.rows.count;c++)a(c,0)>a(l,0)&&(l=c);return a(l,0)>=Mi?t.bar("row",l,`mp-touch ${r.tone}`):""});o.replaceChildren(...i)})}function Li(s){let{run:t}=s,e=[],{line:o}=Bt(s),n=p=>qt(Math.min(34,o-4),p*7,o),i=(p,d=it(s,p))=>{let u=t.size(p)===1,f=u?16:n(t.size(p)),g=w=>`${d}${u?"":` ${w+1}`} (${st(t,p,w)})`;e.push(Dt(s,p,{label:d,height:f,tell:g}).root)},r=s.names("other","few"),a=Kt(t)&&t.has("action_probabilities")&&t.has("observation"),[l,c]=a?["observation","action_probabilities"]:["input","output"];t.has(l)&&t.frame?.name!==l&&i(l,a?"sees":void 0);for(let p of ji(s))e.push(as(s,...p).root);P(t)?e.push(...Fi(s,n)):t.has(c)&&i(c,a?"does":void 0);let h=["input","output",...a?["action"]:[]];for(let p of r.filter(d=>!h.includes(d)))(p!=="target"||!P(t))&&i(p);return[...e,xe(s.player.steps)]}function ji(s){let{run:t,axes:e}=s,o=s.entries(s.names("places","heads")),n=Bt(s).placed/Math.max(2,o.length);return o.map(i=>{let r=W(t,i.name),a=e.sizes[r],l=i.index/a,c=t.arrays[i.name].axes.startsWith("T R"),h=it(s,i.name,c?l:null),{places:p}=e.of(r),d=w=>`${h}, ${e.say(r,w)} (${st(t,i.name,i.index+p[w])})`,u=qt(24,n,Math.max(56,a*5)),f=c&&t.heads>1?`head ${l+1}`:h;return[i,{label:f,tell:d,height:u,tone:r==="N"?c?"mp-read":"mp-write":""}]})}function Fi(s,t){let e=s.run.size("output"),o=t(e),{meaning:n}=s.run.arrays.output,r=Dt(s,"output",{label:it(s,"output"),height:o,at:(p,d)=>pe(s.run,d),scale:()=>s.run.signed?nt(1):de,tell:p=>`probability that bit ${p+1} is 1 (from output[${p}])`,meaning:`${n}: how likely the model finds it that a bit is 1; a wrong bit is marked`,verdict:p=>Ii(s.run,p)}),a=_("path",{class:"mp-wrong"}),l=_("path",{class:"mp-veil"}),c={viewBox:`0 0 ${s.player.steps} ${e}`,preserveAspectRatio:"none"};r.panel.canvas.after(_("svg",{...c,"aria-hidden":"true"},l,a)),r.panel.update=()=>{let{run:p}=s,d="",u="";for(let f=0;f<p.steps;f++){ot(p,f)||(u+=`M${f} 0h1v${e}h-1z`);for(let g=0;g<e;g++)gt(p,f,g)&&(d+=`M${f+.2} ${g+.15}h.6v.7h-.6z`)}a.setAttribute("d",d),l.setAttribute("d",u)};let h=p=>`wanted bit ${p+1} (target[${p}])`;return[r.root,Dt(s,"target",{label:it(s,"target"),height:o,tell:h}).root]}function Ii(s,t){let e=s.size("output");if(s.signed||t>=s.steps||!ot(s,t))return"";let o=0;for(let n=0;n<e;n++)o+=!gt(s,t,n);return`${o} of ${e} right`}var ye=class{constructor(t,e,{simple:o,order:n,compact:i}){Object.assign(this,{player:t,run:e,simple:o,compact:i}),this.crowded=i&&!!t.network,this.axes=new le(e,o,n),this.panels=[],this.lines=[],this.touched=[],this.words=m("p",{class:"mp-words","aria-live":"polite"}),this.world=Kt(e)?new Gt(this):null;let r=o?$o(this):xo(this),a=e.label?"":e.about,l=m("header",{class:"mp-title"},m("h3",{},e.label||co(e)),...a?[m("span",{},a)]:[]);this.root=m("section",{class:"mp-view","aria-label":e.label||"run"},l,this.words,...this.world?[this.world.root]:[],m("div",{class:"mp-main"},m("div",{class:"mp-step"},...r.step),m("div",{class:"mp-whole"},...r.whole)));for(let c of this.lines)c.drawOnce()}show(t){this.run=t;for(let e of this.lines)e.forget(),e.drawOnce()}names(...t){let{run:e,simple:o}=this;return e.names(n=>!o||n.simple).filter(n=>t.includes(V(e,n)))}scaleOf(t){return()=>{let e=this.run.arrays[t];if(I(e))return this.unit();let{low:o,high:n}=e;return this.run.signed||o<0?this.shared([t])():Ft(0,Math.max(n,1e-9))}}shared(t){return()=>{let e=t.map(o=>this.run.arrays[o]);return nt(Math.max(...e.map(({low:o,high:n})=>Math.max(-o,n))))}}unit=()=>this.run.signed?nt(1):de;panel({arrays:t,pick:e=()=>0,index:o,...n},i,r,a=xt){let l=p=>{let d=t.map(u=>this.run.at(u,p));return(u,f)=>d[e(u,f)][o(u,f)]},c=(p,d)=>({name:t[e(p,d)],index:o(p,d)}),h=new a(this.player,{...n,view:this,height:r,cells:l,address:c});return this.panels.push(h),Object.assign(h.canvas.style,{width:`${i}px`,height:`${r}px`}),h}figure(t,e,o){let n=this.panel(t,e,o),i=m("div",{class:"mp-body"},this.ticks("row",n.rows,o)),r=n.columns.names&&!n.columns.shared?"named":"column";i.append(n.frame,this.ticks(r,n.columns,e));let a=[n.title,t.meaning].filter(Boolean).join(": "),l=m("figcaption",{title:a},n.title);return m("figure",{},l,i)}ticks(t,{count:e,names:o,titles:n},i){let a=t==="named"||o?.[0]?.length>4?1:Pt(e,i,t==="row"?12:22),l=m("div",{class:`mp-ticks mp-ticks-${t}`,"aria-hidden":"true"});for(let c=0;c<e;c+=a){let h={[t==="row"?"top":"left"]:`${100*(c+.5)/e}%`};l.append(m("span",{style:h,title:n?.[c]},String(o?o[c]:c)))}return l}entries(t){let{run:e}=this,o=[];for(let n=-1;n<(e.heads??0);n++)for(let i of t){let{axes:r,label:a,columns:l,meaning:c}=e.arrays[i],h=r.startsWith("T R");if(h!==n>=0)continue;let p=h?e.size(i)/e.heads:e.size(i);(l.length?l:[a]).forEach((u,f)=>o.push({label:h?`${u} ${n}`:u,name:i,index:(h?n*p:0)+f,size:p,meaning:c}))}return o}frame({name:t,height:e,width:o,channels:n}){let{label:i}=this.run.arrays[t],a=m("canvas",{width:o,height:e,...{role:"img","aria-label":i,"data-panel":"frame"}}),l=a.getContext("2d"),c=l.createImageData(o,e);return a.style.width=`${Math.max(120,Math.min(320,o*8))}px`,this.drawFrame=h=>{let{low:p,high:d}=this.run.arrays[t],u=this.run.at(t,h);for(let f=0;f<o*e;f++)for(let g=0;g<4;g++){let w=u[f*n+Math.min(g,n-1)];c.data[f*4+g]=g===3?255:255*(w-p)/(d-p||1)}l.putImageData(c,0,0)},m("figure",{},m("figcaption",{},i),a)}draw(t){for(let e of this.panels)e.draw(t);for(let e of this.lines)e.follow(t);for(let e of this.touched)e(t);this.drawFrame?.(t),this.world?.draw(t),this.words.textContent=this.tell(t)}tell(t){let{run:e}=this;if(e.signed)return"Red is more in the first run, blue more in the second.";let o=i=>this.axes.number("N",i),n=this.simple?ns(e,t,o):os(e,t);return[this.world?.tell(t),n].filter(Boolean).join(" ")}mark(t){for(let e of[...this.panels,...this.lines])e.mark(t)}light(t,e){for(let o of[...this.panels,...this.lines])o.light(t,e)}};function Di(s,t){let e=({label:o,kind:n,answer:i,steps:r,arrays:a})=>JSON.stringify([o,n,i,r,Object.values(a).map(l=>l.shape)]);return e(s)===e(t)&&`${Object.keys(s.arrays)}`==`${Object.keys(t.arrays)}`}var ke=class{constructor(t,e){this.player=t,this.level=e??uo(),this.shown=0,this.root=m("div",{class:"mp-views"}),this.foot=m("footer",{class:"mp-foot"});let o=(n,i,...r)=>m("span",{class:`mp-group-of ${i}`,role:"group","aria-label":n},...r);this.levels=Object.entries({simple:"what matters first",everything:"every array"}).map(([n,i])=>$(n,`Show ${i}`,n,()=>this.setLevel(n))),this.tabs=o("runs shown","mp-tabs"),this.buttons=[o("how much is shown","mp-levels",...this.levels),this.tabs]}build(t){this.runs=t,this.player.chosen=null,this.difference=null,this.orders=this.orderRows(),this.views=t.map((r,a)=>this.viewOf(r,this.orders[a])),this.player.root.dataset.level=this.level,this.root.dataset.runs=t.length,this.root.replaceChildren(...this.views.map(r=>r.root));for(let r of this.levels)r.setAttribute("aria-pressed",String(r.dataset.action===this.level));let o=t.map((r,a)=>r.label||`run ${a+1}`).map((r,a)=>$(`run-${a}`,`Show ${r}`,r,()=>this.tab(a)));this.comparable()&&o.push($("difference","Show the difference (d)","difference",()=>this.toggleDifference())),this.tabs.replaceChildren(...t.length>1?o:[]);let i=this.shown==="difference"&&this.comparable()?"difference":0;this.shown=this.before=0,this.tab(i)}viewOf(t,e){let o=this.runs.length>1&&!t.signed;return new ye(this.player,t,{simple:this.level==="simple",order:e,compact:o})}orderRows(){if(this.level!=="simple")return this.runs.map(e=>e.order);let[t]=this.runs;return this.runs.map(e=>{if(!e.has("write_weighting"))return e.order;let o=t.has("write_weighting")&&t.locations===e.locations;return ts(o?t:e)})}show(t){return t.length===this.runs.length&&t.every((o,n)=>Di(o,this.runs[n]))?(this.runs=t,this.views.forEach((o,n)=>o.show(t[n])),this.difference?.show(new ft(...t)),this.foot.firstChild.replaceWith(is(this.front)),!0):(this.build(t),!1)}setLevel(t){this.level!==t&&(this.level=t,fo(t),this.player.select(null),this.build(this.runs))}comparable(){let[t,e]=this.runs;return!e||t.kind!==e.kind?!1:JSON.stringify(ce(t))===JSON.stringify(ce(e))}tab(t){t==="difference"&&!this.difference&&(this.difference=this.viewOf(new ft(...this.runs),this.orders[0]),this.difference.root.dataset.difference="true",this.root.append(this.difference.root)),t!=="difference"&&(this.difference?.root.remove(),this.difference=null),this.shown=t,this.root.dataset.shown=t,[...this.views,this.difference].forEach((e,o)=>{e&&(e.root.dataset.shown=e===this.difference||o===t)});for(let e of this.tabs.children){let{action:o}=e.dataset,n=o==="difference"?t===o:o===`run-${t}`;e.setAttribute("aria-pressed",String(n))}this.showFoot(),this.player.draw()}toggleDifference(){if(this.comparable()){if(this.shown==="difference")return this.tab(this.before);this.before=this.shown,this.tab("difference")}}showFoot(){let t=[...this.foot.querySelectorAll("details")].map(o=>o.open),e=m("details",{class:"mp-keys"},m("summary",{},"keys"),"space plays and pauses · ← → or , . step · page up and page down go ten steps · home and end · + − change the speed · d shows the difference of two runs · in a picture the arrow keys move from cell to cell, enter explains a number, escape leaves it");this.foot.replaceChildren(is(this.front),po(this.front),e),this.foot.querySelectorAll("details").forEach((o,n)=>o.open=!!t[n])}get front(){return this.difference??this.views[this.shown]}get all(){return this.difference?[...this.views,this.difference]:this.views}};var $e=class{constructor(t){this.onFlip=t,this.words=[],this.at=[0,0],this.root=m("div",{class:"mp-bits",role:"group","aria-label":"bits of the words: arrow keys move, space flips",onclick:e=>this.click(e),onkeydown:e=>this.key(e)})}show(t,e){let o=n=>`${n.length} ${n[0]?.length}`;o(t)!==o(this.words)&&this.build(t,e),this.words=t,t.forEach((n,i)=>Array.from(n).forEach((r,a)=>this.cells[i][a].setAttribute("aria-checked",String(r==="1"))))}build(t,e){this.cells=t.map((i,r)=>Array.from(i,(a,l)=>m("button",{type:"button",role:"switch",tabindex:"-1","aria-label":`word ${r+1}, bit ${l+1}`,"data-word":r,"data-bit":l})));let o=this.cells.map((i,r)=>{let a=(r+1)%e===0&&e>1?" mp-bits-last":"";return m("div",{class:`mp-bits-word${a}`},...i)}),n=this.root.contains(document.activeElement);this.root.replaceChildren(...o),this.move(...this.at,n)}move(t,e,o=!0){let n=a=>a.length-1,[i]=this.root.querySelectorAll("[tabindex='0']");i?.setAttribute("tabindex","-1"),t=Math.max(0,Math.min(n(this.cells),t)),e=Math.max(0,Math.min(n(this.cells[t]),e)),this.at=[t,e];let r=this.cells[t][e];r.setAttribute("tabindex","0"),o&&r.focus()}click(t){let{word:e,bit:o}=t.target.dataset;e!==void 0&&(this.move(Number(e),Number(o)),this.onFlip(...this.at))}key(t){if(t.ctrlKey||t.metaKey||t.altKey)return;let[e,o]=this.at,n={ArrowLeft:[e-1,o],ArrowRight:[e+1,o],ArrowUp:[e,o-1],ArrowDown:[e,o+1],Home:[0,o],End:[this.cells.length,o]};t.key in n&&(t.preventDefault(),t.stopPropagation(),this.move(...n[t.key]))}};var Bi=200,ve=class{constructor(t){this.now=t,this.past=[],this.future=[],this.gesture=null}change(t,e=null){j(t)!==j(this.now)&&((e===null||e!==this.gesture)&&(this.past=[...this.past,this.now].slice(-Bi),this.future=[]),this.gesture=e,this.now=t)}undo(){return this.step(this.past,this.future)}redo(){return this.step(this.future,this.past)}step(t,e){return t.length===0?!1:(e.push(this.now),this.now=t.pop(),this.gesture=null,!0)}},So=(s,t)=>s.length===t.length&&s.every((e,o)=>e===t[o]),cs=(s,t)=>s.first===t.first&&s.last===t.last,qi=(s,t)=>s.name===t.name&&So(s.index,t.index)&&cs(s,t);function Ao(s,t){let e=s.edits.filter(o=>!t.some(n=>qi(o,n)));return{...s,edits:[...e,...t]}}function Eo(s,t){return{...s,edits:s.edits.filter(e=>!t.includes(e))}}var Wi=(s,t)=>s.name===t.name&&cs(s,t)&&s.index.length===t.index.length+1&&So(s.index.slice(0,-1),t.index);function Mo(s){let t=[];for(let e of s){let o=t.at(-1);o?.length===1&&(e.name==="read_modes"&&Wi(e,o[0])||vo(o[0],"write_content_weighting")&&vo(e,"read_content_weighting")&&cs(e,o[0]))?o.push(e):t.push([e])}return t}var vo=(s,t)=>s.name===t&&s.index.length===0&&s.value===0;function Pi({first:s,last:t}){return t===null?s===0?"at all steps":`from step ${s} on`:s===t?`at step ${s}`:`at steps ${s} to ${t}`}var Hi="nothing is found by content",_o={link:"all links are cut",usage:"all locations look unused",write_content_weighting:"the write finds nothing by content",read_content_weighting:"reading finds nothing by content",read_weighting:"no head reads"};function Oo(s,t,e=String){let o=Pi(s[0]),n=s.length===2?Ui(s,t):Gi(s[0],t,e);return`${o}: ${n}`}function Ui([s,t],e){if(t.name!=="read_modes")return Hi;let[o,n]=t.index,{columns:i}=e.read_modes;return`head ${o} reads ${i[n]} with ${A(t.value)}, the other ways with ${A(s.value)}`}function Gi(s,t,e){let{name:o,index:n,value:i}=s,r=i===0;if(o==="memory"&&n.length===1)return`location ${e(n[0])} is ${r?"wiped":A(i)}`;if(o==="memory"&&n.length===2)return`memory in location ${e(n[0])}, position ${n[1]} is ${A(i)}`;if(o==="link"&&n.length===2){let a=`from location ${e(n[1])} to ${e(n[0])}`;return r?`the link ${a} is cut`:`the link ${a} is ${A(i)}`}return o==="read_weighting"&&n.length===1&&r?`head ${n[0]} reads nothing`:o in _o&&n.length===0&&r?_o[o]:`${hs(o,n,t,e)} is ${A(i)}`}function hs(s,t,e,o=String){let{axes:n,label:i,columns:r,shape:a}=e[s],l=n.split(" ").slice(1),c=[i];return t.forEach((h,p)=>{l[p]==="R"?c.push(...a[p+1]>1?[`of head ${h}`]:[]):l[p]==="N"?c.push(`in location ${o(h)}`):r.length&&p===l.length-1?c.push(r[h]):c.push(h)}),c.join(" ")}var zo=s=>`MemoryPlayer(model, input, task=task, disturbance="${s}")`,To=s=>(/disturbance\s*=\s*(["'])(.*)\1/.exec(s)?.[2]??s).trim();function Ki(s,t){let e=[];for(let o of s.toReversed())e.unshift(t%o),t=Math.floor(t/o);return e}var yt=class{constructor(t,e,o){let n=t.arrays[e];this.name=e,this.flat=o,this.index=Ki(n.shape.slice(1),o),this.letters=n.axes.split(" ").slice(1),this.kind=n.kind,this.size=n.shape.at(-1),this.computed=!n.optional}get location(){return this.letters.filter(t=>t==="N").length===1?this.index[this.letters.indexOf("N")]:null}isIn(t){let e=t.arrays[this.name]?.shape.slice(1);return!!e&&this.index.every((o,n)=>o<e[n])}say(t,e){return hs(this.name,this.index,t,e)}get key(){return`${this.name}[${this.index}]`}};var jo={};at(jo,{seeded:()=>Ro,taskOf:()=>ds});function Ro(s){let t=s>>>0;return()=>{t=t+2654435769>>>0;let e=t;return e=Math.imul(e^e>>>16,569420461),e=Math.imul(e^e>>>15,1935289751),((e^e>>>15)>>>0)/2**32}}var Yi=(s,t)=>Array.from({length:s},()=>t()<.5?"0":"1").join(""),D=s=>Array.from(s,Number);function No(s,t){let e=[];for(let o=0;o<s.length;o+=t)e.push(s.slice(o,o+t));return e}var ps=class{constructor(t,e){Object.assign(this,{inputSize:t,outputSize:e,input:[],target:[],mask:[]})}step(t,e={},o=null){let n=new Array(this.inputSize).fill(0);t.forEach((i,r)=>n[r]=i);for(let[i,r]of Object.entries(e))n[i]=r;this.input.push(n),this.target.push(o??new Array(this.outputSize).fill(0)),this.mask.push(o?1:0)}},Co=64,Lo={Copy:{group:()=>1,sizes:({word_size:s})=>[s+1,s],fill(s,{word_size:t},e){for(let[o]of e)s.step(D(o));s.step([],{[t]:1});for(let[o]of e)s.step([],{},D(o))}},RepeatCopy:{group:()=>1,sizes:({word_size:s})=>[s+2,s+1],fill(s,{word_size:t},e,{repeats:o=1}){for(let[n]of e)s.step(D(n));s.step([],{[t]:1,[t+1]:Math.fround(o/10)});for(let n=0;n<o;n++)for(let[i]of e)s.step([],{},[...D(i),0]);s.step([],{},[...new Array(t).fill(0),1])}},AssociativeRecall:{group:({item_length:s})=>s,fewest:2,thing:"item",key:s=>s.join(","),what:"items",sizes:({word_size:s})=>[s+2,s],fits:({query:s=0},t)=>s<t-1,fill(s,{word_size:t},e,{query:o=0}){let n=i=>i.forEach(r=>s.step(D(r)));for(let i of e)s.step([],{[t]:1}),n(i);s.step([],{[t+1]:1}),n(e[o]),s.step([],{[t+1]:1});for(let i of e[o+1])s.step([],{},D(i))}},KeyValueRecall:{group:()=>2,thing:"pair",key:([s])=>s,what:"keys",sizes:({word_size:s})=>[2*s+1,s],fits:({order:s},t)=>!s||s.length===t,fill(s,{word_size:t},e,{order:o=e.map((n,i)=>i)}){for(let[n,i]of e)s.step([...D(n),...D(i)]);for(let n of o)s.step(D(e[n][0]),{[2*t]:1},D(e[n][1]))}}},ds=s=>s?.name in Lo?new ms(s):null,ms=class{constructor({name:t,options:e,words:o=null,asked:n={}}){Object.assign(this,{name:t,options:e,words:o,asked:n,kind:Lo[t]}),this.group=this.kind.group(e),this.wordSize=e.word_size,this.thing=this.kind.thing??"word",this.fewest=this.kind.fewest??1;let i=this.wordSize*(t==="AssociativeRecall"?this.group:1);this.most=this.kind.key?Math.min(Co,2**i):Co}make(t){let e=this.list(t),{fits:o=()=>!0,sizes:n,fill:i}=this.kind,r=new ps(...n(this.options));return i(r,this.options,e,o(this.asked,e.length)?this.asked:{}),{input:r.input,target:r.target,mask:r.mask}}list(t){let{wordSize:e,group:o,fewest:n,kind:i}=this,r=t.find(h=>h.length!==e);if(r!==void 0)throw new Error(`Each word must have ${e} bits, but one is '${r}'.`);let a=No(t,o);if(t.length%o||a.length<n)throw new Error(`The number of words must be a multiple of ${o} and at least ${o*n}, but is ${t.length}.`);let l=i.key?a.map(i.key):[],c=l.find((h,p)=>l.indexOf(h)<p);if(c!==void 0)throw new Error(`No two ${i.what} may be alike, but '${c}' is there twice.`);return a}random(t,e){let o=Ro(e),n=[];for(;n.length<t*this.group;)n=this.longer(n,o);return n}longer(t,e){for(;;){let o=Array.from({length:this.group},()=>Yi(this.wordSize,e));if(!(this.kind.key?No(t,this.group).map(this.kind.key):[]).includes(this.kind.key?.(o)))return[...t,...o]}}};var Vi=["T","T R","T R 3"],Zi=["fraction","strength","distribution"],Xi=20,Ji={this:"at this step",on:"from this step on",all:"at all steps"};function Qi(s){let e=Object.entries({links:["link"],usage:["usage"],content:["write_content_weighting","read_content_weighting"]}).map(([o,n])=>[o,n.map(i=>[i,[]])]);for(let o=0;o<s;o++)e.push([s>1?`read head ${o}`:"the read head",[["read_weighting",[o]]]]);return e}var _e=class{constructor(t){this.laboratory=t,this.chosen=null,this.places=tr(t.run),this.parts=Qi(t.run.heads);let e=(...o)=>m("div",{class:"mp-tools"},...o);this.root=m("div",{class:"mp-more"},e(...this.buildHold()),e(...this.buildSilence(),...this.buildSeed()),e(...this.buildText()))}buildHold(){let t=(o,n)=>m("select",{"aria-label":o,onchange:()=>n()});this.target=t("what to hold",()=>this.follow()),this.steps=t("when",()=>this.follow()),this.steps.append(...Object.entries(Ji).map(([o,n])=>m("option",{value:o},n)));let e=(o,n)=>m("input",{type:o,"aria-label":n,oninput:i=>this.hold(i.target),onchange:()=>this.letGo()});return this.slider=e("range","value"),this.number=e("number","value as a number"),this.release=$("release","Let it be what it is","release",()=>this.free()),this.cutButton=$("cut","Set this link to 0 (delete)","cut this link",()=>this.cut()),[m("label",{},"hold ",this.target),this.slider,this.number,this.steps,this.release,this.cutButton]}get place(){return this.target.value==="cell"?this.chosen:this.places[Number(this.target.value)]}get span(){let{step:t}=this.laboratory.player;return{this:[t,t],on:[t,null],all:[0,null]}[this.steps.value]}editsOf({name:t,index:e,kind:o,size:n},i){let[r,a]=this.span,l={name:t,index:e,first:r,last:a,value:i};if(o!=="distribution"||e.length<2)return[l];let c=Number(((1-i)/(n-1)).toPrecision(6));return[{...l,index:e.slice(0,-1),value:c},l]}hold(t){let{place:e}=this;if(!e||t.value===""||!t.checkValidity())return t.reportValidity();let o=t===this.slider?this.number:this.slider;o.value=t.value,this.dragging??=Symbol(e.key),this.laboratory.edit(this.editsOf(e,Number(t.value)),this.dragging)}letGo(){this.dragging=null}free(){let{laboratory:t,place:e}=this,{now:o}=t,n=Fo(o.edits,e);t.propose({...o,edits:o.edits.filter(i=>!n.includes(i))})}cut(){let[t,e]=this.span,{name:o,index:n}=this.chosen;this.laboratory.edit([{name:o,index:n,first:t,last:e,value:0}])}buildSilence(){return this.part=m("select",{"aria-label":"what to silence"},...this.parts.map(([t],e)=>m("option",{value:e},t))),this.silenceButton=$("silence","Set it to 0 from this step on","",()=>{let{step:t}=this.laboratory.player,[,e]=this.parts[Number(this.part.value)];this.laboratory.edit(e.map(([o,n])=>({name:o,index:n,first:t,last:null,value:0})))}),[m("label",{},"silence ",this.part),this.silenceButton]}buildSeed(){let{laboratory:t}=this;return t.task?(this.seed=m("input",{type:"number",min:0,max:999999,step:1,required:"",onchange:({target:e})=>e.checkValidity()?t.renew(Number(e.value)):e.reportValidity()}),[m("label",{},"words by seed ",this.seed)]):[]}buildText(){let{laboratory:t}=this;return this.text=m("input",{type:"text",spellcheck:"false",autocomplete:"off",placeholder:"nothing is changed",onchange:()=>t.read(this.text.value)}),this.copied=m("span",{role:"status"}),this.copyButton=$("copy","Copy the line for Python","copy as text",()=>this.copy()),[m("label",{class:"mp-text"},"as text ",this.text),this.copyButton,this.copied]}async copy(){let t=zo(j(this.laboratory.now));try{await navigator.clipboard.writeText(t),this.copied.textContent="copied"}catch{this.text.value=t,this.text.select(),this.copied.textContent="press Ctrl+C to copy"}}choose(t){this.chosen=t.computed?t:null,this.offer(),this.chosen&&(this.target.value="cell")}offer(){let{laboratory:t,places:e,chosen:o}=this,{table:n,number:i}=t,r=this.target.value,a=(c,h)=>m("option",{value:c},h),l=e.map((c,h)=>a(h,c.say(n,i)));o&&l.push(a("cell",o.say(n,i))),this.target.replaceChildren(...l),this.target.value=r===""||r==="cell"&&!o?"0":r}follow(){let{laboratory:t}=this,{run:e,player:o,now:n,seed:i}=t;this.chosen&&!this.chosen.isIn(e)&&(this.chosen=null),this.offer();let{place:r}=this,a=e.at(r.name,o.step)[r.flat],[l,c,h]=er(e,r);for(let d of[this.slider,this.number]){let u=d===this.number&&r.kind==="number";d.min=u?"":l,d.max=d===this.number&&r.kind==="strength"||u?"":c,d.step=d===this.number?"any":h,this.dragging||(d.value=Number(a.toPrecision(4)))}this.release.disabled=Fo(n.edits,r).length===0,this.cutButton.hidden=!(this.target.value==="cell"&&r.name==="link"),this.silenceButton.textContent=`from step ${o.step} on`,this.seed&&document.activeElement!==this.seed&&(this.seed.value=i);let p=j(n);this.text.value!==p&&(this.text.value=p,this.copied.textContent="")}};function tr(s){return s.names(({axes:e,kind:o})=>Vi.includes(e)&&Zi.includes(o)).flatMap(e=>Array.from({length:s.size(e)},(o,n)=>new yt(s,e,n)))}function Fo(s,{name:t,index:e,kind:o}){let n=o==="distribution"?e.slice(0,-1):e;return s.filter(i=>i.name===t&&n.every((r,a)=>i.index[a]===r))}function er(s,{name:t,kind:e}){let{low:o,high:n}=s.arrays[t];if(e==="strength")return[1,Math.max(Xi,Math.ceil(n)),.1];if(e==="activation")return[-1,1,.01];if(e!=="number")return[0,1,.01];let i=Math.max(1,Math.ceil(Math.max(-o,n)));return[-i,i,.01]}var sr=[1,4,16],or=120,Se=class{constructor(t,e){this.player=t,this.model=t.model,this.task=ds(e.task),this.table=t.runs[0].arrays,this.run=t.runs[0],this.history=new ve(this.run.disturbance),this.comparing=!1,this.selected=null,this.seed=0,this.build(),this.listen(),this.draw(),this.begin()}build(){this.message=m("p",{class:"mp-message",role:"alert"}),this.verdict=m("output",{class:"mp-error"}),this.list=m("ul",{class:"mp-edits","aria-label":"changes"}),this.wipeButton=$("wipe","Set the location to 0 once (delete)","",()=>this.wipe()),this.hint=m("span",{class:"mp-hint"}),this.buttons={undo:$("undo","Undo (Ctrl+Z)","undo",()=>this.undo()),redo:$("redo","Redo (Ctrl+Shift+Z)","redo",()=>this.redo()),reset:$("reset","Take all changes back","reset",()=>this.propose(pt))};let t="Show the undisturbed run beside this one";this.compareButton=$("compare",t,"compare",()=>this.compare()),this.tools=new _e(this),this.moreButton=$("more","Show more to change","more",()=>this.showMore()),this.moreButton.setAttribute("aria-expanded","false"),this.sizes=m("span",{class:"mp-group-of",role:"group","aria-label":"number of locations"});let e=(...n)=>m("div",{class:"mp-tools"},...n),o=m("span",{class:"mp-group-of"},...Object.values(this.buttons));this.root=m("section",{class:"mp-lab","aria-label":"laboratory"},...this.buildWords(),m("div",{class:"mp-lab-body"},e(...this.counting,m("span",{},"locations"),this.sizes,o),e(this.wipeButton,this.hint,this.moreButton),e(this.verdict,this.compareButton,this.list),this.message),this.tools.root),this.tools.root.hidden=!0,this.player.slots.laboratory.replaceChildren(this.root)}buildWords(){if(this.counting=[],!this.task)return[];this.bits=new $e((e,o)=>this.flip(e,o)),this.count=m("output",{class:"mp-count"}),this.fewer=$("fewer","Fewer words","−",()=>this.resize(-1)),this.more=$("longer","More words","+",()=>this.resize(1)),this.counting=[m("span",{class:"mp-group-of"},this.fewer,this.count,this.more),$("new-words","Other words, at random","new words",()=>this.renew(this.seed+1))];let t=m("div",{class:"mp-lab-title"},"Click a bit to flip it");return[m("div",{class:"mp-lab-words"},t,this.bits.root)]}listen(){let{player:t,model:e}=this;t.onCell(o=>this.choose(o)),t.root.addEventListener("keydown",o=>this.key(o)),this.root.addEventListener("keydown",o=>{["INPUT","SELECT"].includes(o.target.tagName)&&!Io(o)&&o.stopPropagation()}),this.onModel=()=>this.read(e.get("disturbance")??""),e.on("change:disturbance",this.onModel),e.get("address")&&(this.onAddress=()=>this.readAddress(),window.addEventListener("hashchange",this.onAddress))}begin(){this.onAddress&&location.hash.length>1&&this.readAddress()}get words(){return this.now.words??this.task.words}get now(){return this.wanted?.next??this.history.now}sequence(t){if(!this.task){if(t)throw new Error("There is no task here that could make a sequence of words.");return{}}let e=t??this.task.words;if(this.made?.key!==String(e)){let n=Object.entries(this.task.make(e)).map(([i,r])=>[i,Float64Array.from(r.flat())]);this.made={key:String(e),sequence:Object.fromEntries(n)}}return this.made.sequence}runOf(t){return this.run.disturbed(t,this.sequence(t.words))}undisturbed(){let{edits:t,words:e,locations:o}=this.history.now;if(!t.length)return this.plain=this.run;let{disturbance:n}=this.plain??{};return n&&n.edits.length===0&&n.locations===o&&String(n.words)===String(e)||(this.plain=this.runOf({...pt,words:e,locations:o})),this.plain}propose(t,e=null){this.wanted&&(e===null||this.wanted.gesture!==e)&&this.commit(),this.wanted={next:t,gesture:e},this.request??=requestAnimationFrame(()=>this.commit())}commit(){if(cancelAnimationFrame(this.request),this.request=null,!this.wanted)return;let{next:t,gesture:e}=this.wanted;this.wanted=null,this.attempt(()=>{let o=this.runOf(t);this.history.change(t,e),this.present(o)})}undo(){this.commit(),this.history.undo()&&this.attempt(()=>this.present(this.runOf(this.history.now)))}redo(){this.commit(),this.history.redo()&&this.attempt(()=>this.present(this.runOf(this.history.now)))}attempt(t){this.message.textContent="";try{t()}catch(e){this.message.textContent=e.message,this.draw()}}read(t){this.attempt(()=>this.propose(et(To(t))))}readAddress(){this.attempt(()=>{let t;try{t=decodeURIComponent(location.hash.slice(1))}catch{throw new Error(`The page's address can't be read behind its '#': ${location.hash}`)}this.propose(et(t))})}flip(t,e){let o=[...this.words],n=o[t][e]==="1"?"0":"1";o[t]=o[t].slice(0,e)+n+o[t].slice(e+1),this.say(o)}say(t){let e=String(t)===String(this.task.words);this.propose({...this.now,words:e?null:t})}resize(t){let{task:e,words:o}=this;if(t<0)return this.say(o.slice(0,o.length-e.group));this.seed+=1,this.say(e.longer(o,this.seed))}renew(t){this.seed=t,this.say(this.task.random(this.words.length/this.task.group,t))}resizeMemory(t){let e=t===this.run.original.sizes.locations;this.propose({...this.now,locations:e?null:t})}edit(t,e=null){this.propose(Ao(this.now,t),e)}choose({run:t,name:e,index:o}){t.signed||(this.selected=new yt(t,e,o),this.tools.choose(this.selected),this.follow())}wipe(t=this.selected){let e=t?.location;if(e==null)return;let{step:o}=this.player;this.edit([{name:"memory",index:[e],first:o,last:o,value:0}])}compare(){this.comparing=!this.comparing,this.commit(),this.show(),this.draw()}showMore(){let{root:t}=this.tools;t.hidden=!t.hidden,this.moreButton.setAttribute("aria-expanded",String(!t.hidden)),this.follow()}key(t){if(Io(t)&&t.target.type!=="text")t.key.toLowerCase()==="z"&&!t.shiftKey?this.undo():this.redo();else if(t.key==="Delete"&&t.target.tagName==="CANVAS")this.wound();else return;t.preventDefault(),t.stopPropagation()}wound(){let{panel:t}=this.player.chosen??{};if(!t?.address||t.view.run.signed)return;let{name:e,index:o}=t.address(...t.cell);this.choose({run:t.view.run,name:e,index:o}),e==="link"?this.tools.cut():this.wipe()}present(t){this.run=t,this.show(),this.draw(),clearTimeout(this.timer),this.timer=setTimeout(()=>this.sync(),or)}show(){let{run:t}=this,e=this.undisturbed();if(e!==t)for(let[o,n]of Object.entries(t.arrays))n.low=Math.min(n.low,e.arrays[o].low),n.high=Math.max(n.high,e.arrays[o].high);t.label=this.comparing&&e!==t?"disturbed":"",e.label=e!==t?"undisturbed":"",this.player.show(this.comparing&&e!==t?[t,e]:[t])}number=t=>this.player.board.front.axes.number("N",t);draw(){let{history:t,run:e}=this,{edits:o}=t.now;if(this.bits){let{words:r,task:a}=this,l=r.length/a.group;this.bits.show(r,a.group),this.count.textContent=`${l} ${l===1?a.thing:`${a.thing}s`}`,this.fewer.disabled=l<=a.fewest,this.more.disabled=l>=a.most}let n=e.original.sizes.locations,i=new Set([...sr.map(r=>n*r),e.locations]);this.sizes.replaceChildren(...[...i].map(r=>{let a=`Run the same weights with ${r} locations`,l=$("locations",a,String(r),()=>this.resizeMemory(r));return l.setAttribute("aria-pressed",String(r===e.locations)),l})),this.buttons.undo.disabled=t.past.length===0,this.buttons.redo.disabled=t.future.length===0,this.buttons.reset.disabled=j(t.now)==="",this.compareButton.setAttribute("aria-pressed",String(this.comparing)),this.compareButton.hidden=o.length===0,this.drawError(),this.follow()}drawError(){let t=es(this.run);if(this.verdict.hidden=t===null,t===null)return;let e=this.undisturbed(),o=e===this.run?"":`; undisturbed: ${es(e).wrong}`;this.verdict.textContent=`${t.wrong} of ${t.asked} bits wrong${o}`,this.verdict.dataset.wrong=t.wrong,this.verdict.dataset.asked=t.asked}follow(){let{selected:t,player:e}=this,o=t?.location??null;this.wipeButton.hidden=o===null||!this.run.has("memory"),o!==null&&(this.wipeButton.textContent=`Wipe location ${this.number(o)} at step ${e.step}`),this.hint.textContent=o===null?"Click a row of the memory to wipe it.":"";let n=Mo(this.history.now.edits);this.list.replaceChildren(...n.map(i=>this.entry(i))),this.tools.root.hidden||this.tools.follow()}entry(t){let e=Oo(t,this.table,this.number),o=`Take back: ${e}`,n=$("remove",o,"×",()=>this.propose(Eo(this.now,t)));return n.setAttribute("aria-label",o),m("li",{},e,n)}sync(){let t=j(this.history.now);if(this.onAddress){let{pathname:e,search:o}=location;history.replaceState(null,"",t?`#${encodeURI(t)}`:e+o)}this.model.get("disturbance")!==t&&(this.model.set("disturbance",t),this.model.save_changes())}destroy(){cancelAnimationFrame(this.request),clearTimeout(this.timer),this.model.off("change:disturbance",this.onModel),window.removeEventListener("hashchange",this.onAddress)}},Io=({key:s,ctrlKey:t,metaKey:e,altKey:o})=>(t||e)&&!o&&["z","y"].includes(s.toLowerCase());var nr=1e-4,ir=256,rr={N:"n",W:"w",R:"i",H:"q",D:"d",3:"m"};function ar(s){if(s.model)return s.model;let{locations:t,word:e,heads:o}=s;return{sizes:{locations:t,word:e,heads:o},weights:null}}var lr=s=>s.model?s:Object.assign(Object.create(s),{model:ar(s)});function Wo(s,t){let e=[];for(let o of[...t].reverse())e.unshift(s%o),s=Math.floor(s/o);return e}function Do(s,t,e){return s.has(t)?st(s,t,e):`${t}[${Wo(e,s.shapeOf(t)).join(", ")}]`}function Po(s,t,e,o){let n=s.at(t,o)[e],i=s.arrays[t];if(s.signed)return{value:n,text:"A difference of two runs: each has an explanation."};let r=Wo(e,s.shapeOf(t)),a=s.disturbance?.edits.findLast(k=>je(k,t,r,o));if(a)return{value:n,text:`Set by the disturbance ${tt(a)}.`};let l=lr(s),c=s.has("write_weighting")?Ct(l.model).find(k=>k.name===t):null;if(!c)return{value:n,text:cr(s,i)};let h=c.axes.split(" ").slice(1),p=c.letters??h.map((k,N)=>rr[k]??r[N]),d=new dt(l.model).now(t,...p),u=c.explain(new dt(l.model),...p),f=c.explain(new zt(l,o),...r),g=oe(f),w=[{equation:[d,u],numbers:[n,g]}],[v,y]=[us(u),us(g)];v&&w.push({equation:[v,v.args[0]],numbers:[y.value,y.args[0]]});let x=!(Math.abs(f.value-n)<=nr*Math.max(1,Math.abs(n))),S=`The equation gives ${A(f.value)}: the run was changed, or had begun before.`,Z=[c.note,x?S:""].filter(Boolean).join(" ");return{value:n,lines:w,expression:g,sources:Bo(He(g)),all:Bo(se(f)),note:Z}}function us(s){if(s.op==="named")return s;for(let t of s.args){let e=us(t);if(e)return e}return null}function Bo(s){let t=new Map;for(let e of s)t.set(fs(e),e);return[...t.values()]}function cr(s,t){return t?s.has("write_weighting")&&!t.optional&&t.label!=="input"?"Asked for by the controller; its weights aren't in this page.":`It isn't computed by an equation of the DNC: ${t.meaning}.`:""}var Ae=class{constructor(t){Object.assign(this,{player:t,path:[]}),this.root=t.slots.why,t.onCell(e=>this.open([e],e.event.type==="keydown")),t.root.addEventListener("keydown",e=>this.key(e),{capture:!0}),this.root.addEventListener("click",e=>{let o=e.target.closest?.("[data-from]");o&&this.follow(this.cells[o.dataset.from])})}key(t){t.key!=="Escape"||!this.path.length||(t.preventDefault(),t.stopPropagation(),this.close())}open(t,e){this.path=t;let{run:o,name:n,index:i,step:r}=t.at(-1),a=Po(o,n,i,r),l=(a.all??[]).map(u=>qo(o,u));this.cells=(a.sources??[]).map(u=>qo(o,u));let c=`${Do(o,n,i)} at step ${r} = ${A(a.value)}`;this.heading=m("h4",{tabindex:"-1"},c);let h=(u,f,g)=>m("button",{type:"button","data-action":u,onclick:g},f),p=[h("close-why","close",()=>this.close())];t.length>1&&p.unshift(h("back-why","back",()=>this.back()));let d=m("section",{class:"mp-why-panel","aria-label":"Why this number?"},m("div",{class:"mp-why-head"},this.heading,...p));a.text&&d.append(m("p",{},a.text));for(let u of a.lines??[])d.append(this.equation(u,a));a.note&&d.append(m("p",{class:"mp-why-note"},a.note)),this.cells.length&&d.append(this.links(o,l.length)),this.root.replaceChildren(d),this.player.light(o,[...l.length>ir?this.cells:l,{name:n,index:i,step:r}]),e&&this.heading.focus()}equation({equation:t,numbers:e},{sources:o}){let n=new Map(o.map((f,g)=>[fs(f),g])),i=f=>{let g=f.source&&n.get(fs(f.source)),w=Jt(f);return g==null?w:`<mrow data-from="${g}" class="mp-from">${w}</mrow>`},[r,a]=t,l=`${mt(r,({symbol:f})=>f)}<mo>=</mo>${mt(a,({symbol:f})=>f)}`,[c,h]=e,p=`<mo>=</mo>${mt(h,i)}<mo>=</mo>${Jt({value:c})}`,d=f=>`<math display="block"><mrow>${f}</mrow></math>`,u=document.createElement("template");return u.innerHTML=`<div class="mp-why-line">${d(l)}${d(p)}</div>`,u.content}links(t,e){let o=this.cells.map(({name:i,index:r,step:a},l)=>{let c=`${Do(t,i,r)} at step ${a} = ${A(t.at(i,a)[r])}`;return m("button",{type:"button","data-from":l},c)}),n=e>o.length?` and ${e-o.length} more`:"";return m("p",{class:"mp-why-from"},"from ",...o,n)}follow(t){let{run:e}=this.path.at(-1);this.player.seek(t.step),this.open([...this.path,{run:e,...t}],!0)}back(){let t=this.path.slice(0,-1);this.player.seek(t.at(-1).step),this.open(t,!0)}renew(t,e){if(!this.path.length)return;let{run:o,name:n,index:i,step:r}=this.path.at(-1),a=e[t.indexOf(o)];a&&r<a.steps&&(a.has(n)||a.stepShapes?.[n])&&i<a.at(n,r).length?this.open([{...this.path.at(-1),run:a}],!1):this.close()}close(){let[{run:t,panel:e}]=this.path;this.path=[],this.root.replaceChildren(),this.player.light(t,[]),e?.canvas.focus()}},fs=({name:s,index:t,step:e})=>`${s} ${t} ${e}`,qo=(s,{name:t,index:e,step:o})=>({name:t,index:Tt(e,s.shapeOf(t)),step:o});var Ho=[1,2,5,10,20,30,60],hr=120,Ee=class{constructor(t,e){this.model=t,this.root=e;let o=t.get("header"),{runs:n,model:i}=Qe(o,t.get("data"));Object.assign(this,{runs:n,network:i}),this.step=t.get("t"),this.board=new ke(this,o.level),this.playing=!1,this.listeners=new Set,this.fps=t.get("fps"),this.build(),i&&(this.laboratory=new Se(this,o)),o.agent&&(this.agent=new ie(this)),e.addEventListener("keydown",r=>this.key(r)),this.onModelStep=()=>this.seek(t.get("t"),!1),this.onModelSpeed=()=>this.setSpeed(t.get("fps"),!1),t.on("change:t",this.onModelStep),t.on("change:fps",this.onModelSpeed)}build(){this.slots={};for(let t of["laboratory","tour","why"])this.slots[t]=m("div",{class:`mp-${t}`});this.value=m("p",{class:"mp-value","aria-live":"polite"}),this.root.replaceChildren(m("div",{class:"mp-head"},this.buildControls(),this.value),this.slots.laboratory,this.slots.tour,this.board.root,this.slots.why,this.board.foot),this.setSpeed(this.fps,!1),this.begin(),this.why=new Ae(this),this.board.build(this.runs),this.select(null)}begin(){this.steps=Math.max(...this.runs.map(t=>t.steps)),this.step=Math.min(this.step,this.steps-1),this.slider.max=this.steps-1}show(t){let e=this.runs;this.runs=t,this.begin(),this.board.show(t)?this.draw():this.select(null),this.why.renew(e,t)}buildControls(){let t=(e,o,n)=>m("button",{type:"button",title:o,"aria-label":o,onclick:n,"data-action":e},Me(e));return this.playButton=t("play","Play (space)",()=>this.toggle()),this.slider=m("input",{type:"range",min:0,value:0,"aria-label":"step",oninput:()=>this.seek(Number(this.slider.value))}),this.counter=m("output",{class:"mp-counter"}),this.speed=m("select",{"aria-label":"steps per second",onchange:()=>this.setSpeed(Number(this.speed.value))}),m("div",{class:"mp-controls",role:"toolbar","aria-label":"time"},t("first","First step (Home)",()=>this.seek(0)),t("back","Step back (left arrow)",()=>this.seek(this.step-1)),this.playButton,t("forward","Step forward (right arrow)",()=>this.seek(this.step+1)),t("last","Last step (End)",()=>this.seek(this.steps-1)),this.slider,this.counter,m("label",{},this.speed," steps/s"),...this.board.buttons)}onCell(t){return this.listeners.add(t),()=>this.listeners.delete(t)}tellCell(t,e){let{run:o}=t.view,n={run:o,step:this.step,...t.address(...t.cell),panel:t,event:e};for(let i of this.listeners)i(n)}light(t,e){this.lit=[t,e];for(let o of this.board.all)o.light(o.run===t?e:[],this.step)}draw(){let{step:t}=this;for(let e of this.board.all)e.draw(t);this.lit?.[1].length&&this.light(...this.lit),this.slider.value=t,this.slider.setAttribute("aria-valuetext",`step ${t} of ${this.steps-1}`),this.counter.textContent=`step ${t} of ${this.steps-1}`,this.root.dataset.step=t,this.laboratory?.follow(),this.agent?.follow(),this.chosen&&(this.value.textContent=this.chosen.panel.readout(t))}seek(t,e=!0){t=Math.max(0,Math.min(this.steps-1,Math.round(t))),this.step!==t&&(this.step=t,this.draw(),e&&(clearTimeout(this.timer),this.timer=setTimeout(()=>this.sync(),hr)))}sync(){clearTimeout(this.timer),this.timer=void 0,this.model.get("t")!==this.step&&(this.model.set("t",this.step),this.model.save_changes())}setSpeed(t,e=!0){this.fps=t;let o=[...new Set([...Ho,t])].sort((n,i)=>n-i);this.speed.replaceChildren(...o.map(n=>m("option",{value:n},String(n)))),this.speed.value=t,e&&(this.model.set("fps",t),this.model.save_changes())}toggle(t=!this.playing){t&&this.step===this.steps-1&&this.seek(0),this.playing=t,this.root.dataset.playing=t,this.playButton.replaceChildren(Me(t?"pause":"play")),this.playButton.title=t?"Pause (space)":"Play (space)",this.playButton.setAttribute("aria-label",this.playButton.title);for(let e of this.board.all)e.words.setAttribute("aria-live",t?"off":"polite");cancelAnimationFrame(this.request),t?(this.due=performance.now()+1e3/this.fps,this.request=requestAnimationFrame(e=>this.tick(e))):this.sync()}tick(t){if(this.playing){if(!this.root.isConnected)return this.toggle(!1);if(t>=this.due&&(this.seek(this.step+1),this.due=Math.max(this.due+1e3/this.fps,t),this.step===this.steps-1))return this.toggle(!1);this.request=requestAnimationFrame(e=>this.tick(e))}}select(t){this.chosen=t?t.chosen():null,this.value.textContent=t?t.readout(this.step):"Point at a cell, or reach it by tab and arrow keys, for its value.";for(let e of this.board.all)e.mark(this.chosen)}key(t){if(t.ctrlKey||t.metaKey||t.altKey||t.target===this.speed)return;let e=t.target.tagName==="BUTTON"||t.target.tagName==="SUMMARY",o=r=>{let a=Ho.filter(c=>r>0?c>this.fps:c<this.fps),l=r>0?a[0]:a.at(-1);l&&this.setSpeed(l)},n={ArrowLeft:()=>this.seek(this.step-1),ArrowRight:()=>this.seek(this.step+1),",":()=>this.seek(this.step-1),".":()=>this.seek(this.step+1),PageUp:()=>this.seek(this.step-10),PageDown:()=>this.seek(this.step+10),Home:()=>this.seek(0),End:()=>this.seek(this.steps-1),"+":()=>o(1),"=":()=>o(1),"-":()=>o(-1),d:()=>this.board.toggleDifference(),Escape:()=>{this.select(null),this.slider.focus()}};e||(n[" "]=()=>this.toggle());let i=n[t.key];i&&(t.preventDefault(),t.stopPropagation(),i())}destroy(){this.toggle(!1),this.laboratory?.destroy(),clearTimeout(this.timer),this.model.off("change:t",this.onModelStep),this.model.off("change:fps",this.onModelSpeed)}};var Uo=`.mp-lab {
  display: flex;
  flex-wrap: wrap;
  gap: 6px 18px;
  align-items: flex-start;
  margin: 6px 0;
  padding: 6px 10px 8px;
  background: color-mix(in srgb, var(--mp-field) 45%, var(--mp-back));
  border: 1px solid var(--mp-line);
  border-radius: 6px;
}
.mp-lab button,
.mp-lab select,
.mp-lab input {
  font: inherit;
  color: inherit;
  background: var(--mp-field);
  border: 1px solid var(--mp-line);
  border-radius: 4px;
  min-height: 26px;
  padding: 1px 8px;
}
.mp-lab button,
.mp-lab select {
  cursor: pointer;
}
.mp-lab button:disabled {
  opacity: 0.45;
  cursor: default;
}
.mp-lab button[aria-pressed="true"] {
  background: var(--mp-accent);
  color: var(--mp-back);
}
.mp-lab [hidden] {
  display: none;
}
.mp-lab-words {
  min-width: 0;
  max-width: 100%;
}
.mp-lab-title {
  font-size: 12px;
  color: var(--mp-quiet);
}
.mp-lab-body {
  flex: 1 1 300px;
  min-width: 0;
}
.mp-tools {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 8px;
  align-items: center;
  margin-bottom: 4px;
}
.mp-count {
  display: inline-flex;
  align-items: center;
  padding: 0 8px;
  border: 1px solid var(--mp-line);
  margin-left: -1px;
  font-variant-numeric: tabular-nums;
}
.mp-bits {
  display: flex;
  max-width: 100%;
  overflow-x: auto;
  padding: 3px 2px;
}
.mp-bits-word {
  display: flex;
  flex-direction: column;
}
.mp-bits-last {
  margin-right: 5px;
}
.mp-lab .mp-bits button {
  width: 17px;
  min-height: 0;
  height: 12px;
  padding: 0;
  margin: 0 -1px -1px 0;
  flex: none;
  border-radius: 0;
  background: #00224e;
}
.mp-lab .mp-bits button[aria-checked="true"] {
  background: #fee838;
}
.mp-lab .mp-bits button:hover,
.mp-lab .mp-bits button:focus-visible {
  position: relative;
  z-index: 1;
  outline: 2px solid var(--mp-mark);
  outline-offset: 0;
}
.mp-error {
  font-size: 15px;
  font-weight: 600;
  font-variant-numeric: tabular-nums;
}
.mp-error:not([data-wrong="0"]) {
  color: var(--mp-mark);
}
.mp-hint {
  color: var(--mp-quiet);
}
.mp-hint:empty,
.mp-edits:empty,
.memory-player .mp-message:empty {
  display: none;
}
.memory-player .mp-message {
  padding: 3px 8px;
  border-left: 3px solid var(--mp-mark);
  overflow-wrap: anywhere;
}
.mp-edits {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  margin: 0;
  padding: 0;
  max-height: 60px;
  overflow-y: auto;
  list-style: none;
}
.mp-edits li {
  display: inline-flex;
  align-items: center;
  padding-left: 8px;
  font-size: 12px;
  border: 1px solid var(--mp-line);
  border-radius: 4px;
  background: var(--mp-back);
}
.mp-lab .mp-edits button {
  min-height: 22px;
  padding: 0 7px;
  border: 0;
  background: none;
}
.mp-more {
  flex: 1 0 100%;
  border-top: 1px solid var(--mp-line);
  padding-top: 6px;
}
.mp-more label {
  display: inline-flex;
  gap: 6px;
  align-items: center;
}
.mp-more input[type="range"] {
  flex: 0 1 180px;
  min-width: 90px;
  padding: 0;
  accent-color: var(--mp-accent);
}
.mp-more input[type="number"] {
  width: 84px;
}
.mp-text {
  flex: 1 1 300px;
}
.mp-more input[type="text"] {
  flex: 1;
  min-width: 120px;
  font-family: ui-monospace, monospace;
}
.mp-more select {
  max-width: 100%;
}
@media (pointer: coarse) {
  .mp-lab .mp-bits button {
    width: 26px;
    height: 24px;
  }
  .mp-lab button,
  .mp-lab select,
  .mp-lab input {
    min-height: 32px;
  }
}
`;var Go=`.memory-player {
  --mp-text: var(--jp-ui-font-color1, #1b1b1b);
  --mp-quiet: var(--jp-ui-font-color2, #5a5a5a);
  --mp-back: var(--jp-layout-color0, #fff);
  --mp-field: var(--jp-layout-color2, #eee);
  --mp-line: var(--jp-border-color1, #bbb);
  --mp-accent: #0b6bcb;
  --mp-mark: #d6006c;
  --mp-writes: #b85c00;
  --mp-reads: #00776b;
  --mp-own: #5b6470;
  container: player / inline-size;
  color: var(--mp-text);
  background: var(--mp-back);
  font:
    13px/1.45 system-ui,
    sans-serif;
  padding: 8px;
  box-sizing: border-box;
  color-scheme: light;
}
.memory-player[data-theme="dark"],
body[data-jp-theme-light="false"] .memory-player {
  --mp-accent: #6cb6ff;
  --mp-mark: #ff6db6;
  --mp-writes: #ffb04d;
  --mp-reads: #3fd0bd;
  --mp-own: #a9b4c2;
  color-scheme: dark;
}
.memory-player[data-theme="dark"] {
  --mp-text: #e8e8e8;
  --mp-quiet: #adadad;
  --mp-back: #121417;
  --mp-field: #2a2e34;
  --mp-line: #555b63;
}
.memory-player *,
.memory-player *::before {
  box-sizing: border-box;
}
.memory-player p,
.memory-player h3,
.memory-player figure {
  margin: 0;
}
.mp-head {
  position: sticky;
  top: 0;
  z-index: 2;
  padding: 2px 0;
  background: var(--mp-back);
}
.mp-controls {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 6px;
  align-items: center;
}
.mp-controls button svg {
  display: block;
}
.mp-controls button,
.mp-controls select {
  font: inherit;
  min-width: 32px;
  min-height: 30px;
  padding: 2px 8px;
  color: inherit;
  background: var(--mp-field);
  border: 1px solid var(--mp-line);
  border-radius: 4px;
  cursor: pointer;
}
.mp-controls button[aria-pressed="true"] {
  background: var(--mp-accent);
  color: var(--mp-back);
}
.mp-controls input[type="range"] {
  flex: 1 1 140px;
  min-width: 100px;
  accent-color: var(--mp-accent);
}
.mp-counter {
  min-width: 8em;
  font-variant-numeric: tabular-nums;
}
.memory-player :focus-visible {
  outline: 2px solid var(--mp-accent);
  outline-offset: 2px;
}
.memory-player .mp-value {
  min-height: 1.45em;
  font-variant-numeric: tabular-nums;
  font-size: 12px;
  color: var(--mp-quiet);
  margin: 3px 0 0;
  overflow-wrap: anywhere;
}
.mp-group-of {
  display: inline-flex;
  flex-wrap: wrap;
}
.mp-group-of button {
  max-width: 16em;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.mp-group-of button:not(:first-child) {
  border-start-start-radius: 0;
  border-end-start-radius: 0;
  margin-left: -1px;
}
.mp-group-of button:not(:last-child) {
  border-start-end-radius: 0;
  border-end-end-radius: 0;
}
.mp-tabs:empty {
  display: none;
}
.mp-views {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 10px 24px;
}
.mp-views > [data-shown="false"] {
  display: none;
}
.mp-view {
  container: view / inline-size;
  min-width: 0;
}
.mp-title {
  display: flex;
  flex-wrap: wrap;
  gap: 0 10px;
  align-items: baseline;
  margin-top: 4px;
}
.memory-player h3 {
  font-size: 15px;
  font-weight: 650;
}
.mp-title span {
  color: var(--mp-quiet);
}
.memory-player .mp-words {
  min-height: 1.45em;
  margin: 2px 0 8px;
  font-size: 14px;
}
[data-level="simple"] .mp-words {
  min-height: 2.9em;
  font-size: 15px;
}
[data-level="simple"] [data-runs="2"] .mp-words {
  min-height: 4.35em;
  font-size: 13.5px;
}
.mp-main {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 10px 28px;
}
.mp-step {
  display: flex;
  flex-wrap: wrap;
  gap: 10px;
  align-content: flex-start;
}
.mp-whole,
.mp-grid {
  min-width: 0;
}
.mp-band {
  display: flex;
  flex-wrap: wrap;
  gap: 12px;
  align-items: flex-start;
}
.mp-band figure {
  max-width: 100%;
}
.mp-stack {
  flex-direction: column;
  min-width: 0;
}
.mp-band:empty {
  display: none;
}
.mp-band figcaption {
  width: 0; /* a long title is cut, and whole in its tooltip */
  min-width: 100%;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  font-size: 12px;
  font-weight: 600;
  margin: 0 0 3px;
}
.mp-body {
  display: grid;
  grid-template-columns: auto max-content;
  justify-content: start;
}
.mp-body > .mp-frame {
  grid-column: 2;
}
.mp-frame {
  position: relative;
  line-height: 0;
  outline: 1px solid var(--mp-line);
  cursor: crosshair;
  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);
}
.memory-player canvas {
  image-rendering: pixelated;
  display: block;
  max-width: 100%;
  touch-action: pan-y;
}
.mp-marks {
  position: absolute;
  inset: 0;
  pointer-events: none;
  overflow: hidden;
}
.mp-mark {
  position: absolute;
  border: 0 solid var(--mp-mark);
}
.mp-row {
  left: 0;
  right: 0;
  border-width: 1px 0;
  min-height: 3px;
}
.mp-column {
  top: 0;
  bottom: 0;
  border-width: 0 1px;
  min-width: 3px;
}
.mp-strong.mp-row {
  border-width: 2px 0;
}
.mp-strong.mp-column {
  border-width: 0 2px;
}
.mp-ticks {
  position: relative;
  font-size: 11px;
  line-height: 1;
  color: var(--mp-quiet);
  font-variant-numeric: tabular-nums;
}
.mp-ticks-row {
  min-width: 25px;
  grid-column: 1;
}
.mp-ticks-row span {
  position: absolute;
  right: 5px;
  transform: translateY(-50%);
  white-space: nowrap;
}
.mp-body:has([data-panel="vectors"]) .mp-ticks-row {
  min-width: 62px;
}
.mp-ticks-column,
.mp-ticks-named {
  grid-column: 2;
}
.mp-ticks-column {
  height: 16px;
}
.mp-ticks-named {
  height: 70px;
}
.mp-ticks-column span {
  position: absolute;
  top: 4px;
  transform: translateX(-50%);
}
.mp-ticks-named span {
  position: absolute;
  white-space: nowrap;
  top: 4px;
  writing-mode: vertical-rl;
  transform: translateX(-50%);
}
.mp-legend {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 20px;
  margin: 6px 0 2px;
  font-size: 12px;
  color: var(--mp-quiet);
}
.mp-bar-entry {
  display: inline-flex;
  gap: 6px;
  align-items: center;
  white-space: nowrap;
}
.mp-gradient {
  display: inline-block;
  width: 70px;
  height: 10px;
}
.mp-hatch {
  display: inline-block;
  width: 16px;
  height: 12px;
  outline: 1px solid var(--mp-line);
  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);
}
.mp-group {
  margin: 4px 0;
}
.mp-group > summary,
.mp-keys > summary {
  cursor: pointer;
  font-size: 12px;
  font-weight: 600;
  padding: 3px 0;
}
.mp-line {
  display: grid;
  grid-template-columns: 92px minmax(0, 1fr) 54px;
  gap: 0 8px;
  margin: 0 0 5px;
  font-size: 11.5px;
  align-items: stretch;
}
.mp-line > .mp-frame {
  align-self: center;
}
[data-runs="2"] .mp-line {
  margin-bottom: 4px;
}
.mp-line canvas {
  width: 100%;
}
.mp-line-label {
  text-align: right;
  align-self: center;
}
.mp-line-names,
.mp-line-right {
  display: flex;
  flex-direction: column;
  justify-content: space-around;
}
.mp-line-names {
  align-self: stretch;
  line-height: 1;
}
.mp-line-right {
  line-height: 1;
  font-variant-numeric: tabular-nums;
}
.mp-line-names span,
.mp-line-right > span {
  height: 13px;
  line-height: 13px;
  white-space: nowrap;
}
.mp-line-right > .mp-range {
  flex: 1;
  height: auto;
  display: flex;
  flex-direction: column;
  justify-content: space-between;
  position: relative;
  padding-left: 14px;
  line-height: 11px;
}
.mp-range > .mp-upright {
  position: absolute;
  left: 0;
  top: 0;
  bottom: 0;
  width: 9px;
  height: auto;
}
.mp-time {
  cursor: ew-resize;
}
.mp-cursor {
  position: absolute;
  top: -2px;
  bottom: -2px;
  pointer-events: none;
  outline: 2px solid var(--mp-mark);
}
.memory-player .mp-keys {
  color: var(--mp-quiet);
  font-size: 12px;
}

/* The memory at first contact: numbers, bars and words side by side, one row per place. */
.mp-memory {
  display: flex;
  max-width: 100%;
}
.mp-part {
  display: flex;
  flex: none;
  flex-direction: column;
  min-width: 0;
}
.mp-part.mp-shrinks {
  flex: 0 1 auto;
}
.mp-part > figcaption {
  height: 13px;
  margin-bottom: 6px;
  line-height: 13px;
  font-size: 12px;
  font-weight: 600;
  white-space: nowrap;
}
.mp-part:first-child > figcaption {
  padding-right: 5px;
  font-weight: 400;
  color: var(--mp-quiet);
}
.mp-part > figcaption.mp-write {
  text-align: right;
  padding-right: 4px;
}
.mp-part > figcaption.mp-read,
.mp-part > figcaption.mp-own {
  padding-left: 4px;
}
.mp-part > figcaption.mp-centre {
  text-align: center;
}
.mp-write {
  color: var(--mp-writes);
}
.mp-read {
  color: var(--mp-reads);
}
.mp-own {
  color: var(--mp-own);
}
.mp-side {
  display: flex;
  gap: 0 2px;
}
.mp-bars {
  background: none;
  outline: none;
  border: solid var(--mp-line);
  border-width: 1px 0;
}
.mp-bars.mp-own {
  border-width: 1px;
}
.mp-frame > svg {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  pointer-events: none;
  overflow: visible;
}
.mp-bar {
  fill: currentcolor;
}
.mp-missing {
  stroke: var(--mp-quiet);
  stroke-width: 0.7;
  stroke-dasharray: 2 4;
}
.mp-notes {
  position: relative;
  width: 30px;
  font-size: 11px;
  line-height: 1;
  font-variant-numeric: tabular-nums;
}
.mp-notes span {
  position: absolute;
  transform: translateY(-50%);
}
.mp-notes.mp-write span {
  right: 4px;
}
.mp-notes.mp-read span,
.mp-notes.mp-own span {
  left: 4px;
}
.mp-mark.mp-touch {
  border: 2px solid currentcolor;
  border-radius: 2px;
  left: 0;
  right: 0;
  min-height: 5px;
}
.mp-lit {
  position: absolute;
  outline: 2px solid var(--mp-mark);
  outline-offset: -1px;
  background: color-mix(in srgb, var(--mp-mark) 30%, transparent);
  min-width: 4px;
  min-height: 4px;
}
.memory-player .mp-nothing {
  max-width: 300px;
  padding: 24px;
  font-size: 14px;
  color: var(--mp-quiet);
  border: 1px dashed var(--mp-line);
  border-radius: 6px;
}
.mp-wrong {
  fill: var(--mp-mark);
}
.mp-veil {
  fill: var(--mp-back);
  opacity: 0.72;
}
.mp-verdict {
  align-self: center;
  line-height: 1.2;
}
.mp-clock ~ .mp-clock {
  display: none;
}
.mp-clock .mp-ticks {
  grid-column: 2;
}
.mp-clock .mp-line-label {
  color: var(--mp-quiet);
  line-height: 19px;
}
.mp-foot {
  display: flex;
  flex-wrap: wrap;
  gap: 0 20px;
  align-items: baseline;
}
.mp-foot details[open] {
  flex: 1 0 100%;
}
.mp-glossary dl {
  display: grid;
  grid-template-columns: max-content minmax(0, 1fr);
  gap: 2px 12px;
  margin: 4px 0 8px;
}
.mp-glossary dt {
  font-weight: 600;
  color: var(--mp-text);
}
.mp-glossary dd {
  margin: 0;
}
@container view (min-width: 740px) {
  [data-level="simple"] .mp-main {
    grid-template-columns: max-content minmax(0, 1fr);
  }
}
[data-level="simple"] .mp-line {
  grid-template-columns: 62px minmax(0, 1fr) 50px;
}
.mp-line-label.mp-write,
.mp-line-label.mp-read {
  font-weight: 600;
}
.mp-world:empty {
  display: none;
}
@container view (min-width: 560px) {
  [data-level="everything"] .mp-grid {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0 16px;
    align-items: center;
  }
  [data-level="everything"] .mp-clock {
    grid-column: 1;
  }
  [data-level="everything"] .mp-clock ~ .mp-clock {
    display: grid;
    grid-column: 2;
  }
}
@container view (min-width: 1180px) {
  [data-level="everything"] .mp-main {
    grid-template-columns: minmax(0, 710px) minmax(0, 1fr);
  }
  [data-level="everything"] .mp-grid {
    display: block;
  }
  [data-level="everything"] .mp-clock ~ .mp-clock {
    display: none;
  }
}
@container player (min-width: 860px) {
  .mp-views[data-runs="2"]:not([data-shown="difference"]) {
    grid-template-columns: repeat(2, minmax(0, 1fr));
  }
  .mp-views:not([data-shown="difference"]) > .mp-view {
    display: block;
  }
  .mp-tabs [data-action^="run-"] {
    display: none;
  }
}
@container player (max-width: 420px) {
  .mp-controls {
    gap: 4px;
  }
  .mp-controls button,
  .mp-controls select {
    padding: 2px 6px;
  }
  .mp-controls > label {
    order: -1; /* beside the buttons, so that the controls take three lines */
  }
  .mp-controls > button {
    order: -2;
  }
  .memory-player .mp-value {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .mp-line {
    grid-template-columns: 90px minmax(0, 1fr) 46px;
  }
}
@media (max-width: 700px) {
  .memory-player canvas,
  .memory-player button,
  .memory-player summary {
    scroll-margin-top: 110px; /* or the controls, which stay in sight, would hide it */
  }
}
.mp-why-panel {
  margin: 6px 0;
  padding: 4px 10px 8px;
  background: var(--mp-field);
  border-left: 3px solid var(--mp-accent);
  border-radius: 3px;
}
.mp-why-head {
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
  align-items: center;
}
.mp-why-head h4 {
  flex: 1;
  margin: 0;
  font-size: 14px;
}
.mp-why-panel p {
  margin: 4px 0;
  line-height: 1.7;
}
.mp-why-line {
  padding: 2px 0;
  overflow-x: auto;
}
.mp-why-line math {
  display: block math;
  margin: 2px 0;
  width: max-content;
}
.mp-why-note {
  color: var(--mp-quiet);
}
.mp-why-panel button {
  font: inherit;
  color: var(--mp-text);
  background: var(--mp-back);
  border: 1px solid var(--mp-line);
  border-radius: 3px;
  cursor: pointer;
}
.mp-why-from button {
  margin: 0 6px 0 0;
  font-size: 12px;
}
.mp-from {
  color: var(--mp-accent);
  cursor: pointer;
}

/* An agent's world. The colours are those of memorylab.environments.scene.ROLES. */
.memory-player {
  --mp-scene-ground: #ffffff;
  --mp-scene-floor: #efeae0;
  --mp-scene-wall: #6f6a62;
  --mp-scene-agent: #0072b2;
  --mp-scene-sign: #e69f00;
  --mp-scene-goal: #e69f00;
  --mp-scene-card: #fffdf8;
  --mp-scene-ink: #222222;
  --mp-scene-red: #c62828;
  --mp-scene-text: #1b1b1b;
  --mp-scene-quiet: #767676;
  --mp-scene-good: #007f5c;
  --mp-scene-bad: #c04f00;
}
.memory-player[data-theme="dark"],
body[data-jp-theme-light="false"] .memory-player {
  --mp-scene-ground: #121417;
  --mp-scene-floor: #2b3138;
  --mp-scene-wall: #8f979f;
  --mp-scene-agent: #6cb6ff;
  --mp-scene-sign: #f0b133;
  --mp-scene-goal: #f0b133;
  --mp-scene-card: #f3efe6;
  --mp-scene-ink: #222222;
  --mp-scene-red: #c62828;
  --mp-scene-text: #e8e8e8;
  --mp-scene-quiet: #9aa1a9;
  --mp-scene-good: #35c99a;
  --mp-scene-bad: #ff8a4c;
}
.mp-scene {
  display: block;
  width: 100%;
  height: auto;
  background: var(--mp-scene-ground);
  border: 1px solid var(--mp-line);
  border-radius: 6px;
  font-family: "DejaVu Sans", system-ui, sans-serif;
}
.mp-world {
  display: grid;
  grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
  gap: 6px 16px;
  margin-bottom: 10px;
}
.mp-before {
  grid-column: 1 / -1;
}
.mp-world figcaption,
.memory-player .mp-acts-title {
  margin-bottom: 3px;
  font-size: 12px;
  font-weight: 600;
}
.mp-after figcaption {
  font-weight: 400;
  color: var(--mp-quiet);
}
.mp-acts ul {
  margin: 0;
  padding: 0;
  list-style: none;
  max-height: 176px;
  overflow: auto;
}
.mp-acts li {
  display: grid;
  grid-template-columns: minmax(4em, max-content) minmax(30px, 1fr) 4.6em;
  gap: 6px;
  align-items: center;
  padding: 1px 4px;
  border: 1px solid transparent;
  border-radius: 4px;
}
.mp-acts li > i {
  height: 12px;
  background: var(--mp-field);
}
.mp-acts li b {
  display: block;
  height: 100%;
  background: var(--mp-own);
}
.mp-acts li.mp-chosen {
  border-color: var(--mp-scene-agent);
  font-weight: 650;
}
.mp-acts li.mp-chosen b {
  background: var(--mp-scene-agent);
}
.mp-acts output {
  text-align: right;
  font-variant-numeric: tabular-nums;
}
.memory-player .mp-numbers {
  display: flex;
  flex-wrap: wrap;
  gap: 0 16px;
  margin-top: 5px;
  padding: 0 5px;
  font-variant-numeric: tabular-nums;
}
@container view (min-width: 700px) {
  .mp-world {
    grid-template-columns: minmax(0, 5fr) minmax(190px, 3fr) minmax(0, 3.4fr);
    align-items: start;
  }
  .mp-before {
    grid-column: 1;
  }
}
.mp-agent {
  flex: 1 0 100%;
}
.mp-agent input[type="range"] {
  width: min(160px, 40vw);
  padding: 0;
  vertical-align: middle;
  accent-color: var(--mp-accent);
}
.memory-player .mp-turns {
  flex: 1 0 100%;
  font-size: 14px;
}
.mp-turns[data-correct="false"] {
  color: var(--mp-scene-bad);
}

/* The T-maze to play. */
.mp-game {
  max-width: 720px;
}
.mp-game-stage {
  margin: 8px 0 6px;
  border-radius: 6px;
  cursor: pointer;
}
.mp-game-picture {
  position: relative;
}
.mp-game-stage:not(:focus) .mp-game-picture::after {
  content: "Click here, then use the arrow keys";
  position: absolute;
  inset: auto 0 6px;
  margin: auto;
  width: max-content;
  max-width: 100%;
  padding: 1px 10px;
  font-size: 12px;
  color: var(--mp-quiet);
  background: var(--mp-back);
  border: 1px solid var(--mp-line);
  border-radius: 10px;
}
@media (pointer: coarse) {
  .mp-game-stage:not(:focus) .mp-game-picture::after {
    content: none;
  }
}
.memory-player .mp-game-said {
  min-height: 2.9em;
  font-size: 15px;
}
.mp-game[data-outcome="correct"] .mp-game-said {
  color: var(--mp-scene-good);
}
.mp-game[data-outcome="wrong"] .mp-game-said {
  color: var(--mp-scene-bad);
}
.mp-game-moves button {
  flex: 1 1 110px;
  min-height: 44px;
  font-size: 14px;
}
.mp-game-moves .mp-due {
  background: var(--mp-accent);
  color: var(--mp-back);
}
.mp-game-below {
  display: flex;
  flex-wrap: wrap;
  gap: 8px 32px;
  justify-content: space-between;
  margin-top: 10px;
}
.mp-game-eyes {
  color: var(--mp-quiet);
  font-size: 12px;
  max-width: 300px;
}
.mp-game-eyes span {
  display: inline-block;
  margin: 2px 4px 2px 0;
  padding: 0 7px;
  border: 1px solid var(--mp-line);
  border-radius: 10px;
}
.mp-game-eyes .mp-on {
  color: var(--mp-scene-ink);
  background: var(--mp-scene-sign);
  border-color: var(--mp-scene-sign);
}
.mp-game-score {
  border-collapse: collapse;
  font-variant-numeric: tabular-nums;
}
.mp-game-score caption {
  font-size: 12px;
  font-weight: 600;
  text-align: left;
}
.mp-game-score th,
.mp-game-score td {
  padding: 0 12px 0 0;
  font-weight: 400;
  text-align: left;
}
.mp-game-score .mp-chosen {
  font-weight: 650;
}
.mp-game-score .mp-chosen th,
.mp-game-score .mp-chosen td:nth-child(2) {
  font-weight: 650;
}
@media (prefers-reduced-motion: no-preference) {
  .mp-bumped {
    animation: mp-bump 0.18s;
  }
}
@keyframes mp-bump {
  50% {
    transform: translateX(5px);
  }
}
`;function Ko({model:s,el:t}){let e=m("div",{class:"memory-player",role:"group","aria-label":"memory player"});t.replaceChildren(m("style",{},Go+Uo),e);let o=s.get("header").game?new Yt(s,e):new Ee(s,e);return e.player=o,e.dataset.ready="true",()=>o.destroy()}async function Dl(s,t){let e=Uint8Array.from(atob(t.data),l=>l.charCodeAt(0)),o=new Blob([e]).stream().pipeThrough(new DecompressionStream("deflate")),n={...t,data:new DataView(await new Response(o).arrayBuffer())};Ko({model:{get:l=>n[l],set:(l,c)=>n[l]=c,save_changes(){},on(){},off(){}},el:s});let r=matchMedia("(prefers-color-scheme: dark)"),a=()=>{let{theme:l}=document.body.dataset,c=r.matches?"dark":"light";s.querySelector(".memory-player").dataset.theme=/^(light|dark)$/.test(l)?l:c};new MutationObserver(a).observe(document.body,{attributeFilter:["data-theme"]}),r.addEventListener("change",a),a()}var Bl={render:Ko};export{ft as Difference,Rt as Episode,K as Run,Y as Simulation,Ve as checkModel,Bl as default,Es as disturbances,Po as explain,Rs as expressions,ts as firstWriteOrder,Qs as formulas,Os as mathematics,ys as maze,Dl as mount,Qe as read,jo as tasks,ns as tellSimply,os as tellStep};
