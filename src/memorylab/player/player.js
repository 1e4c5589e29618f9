// Made of script/ by make player.
var Oi=Object.defineProperty;var st=(s,t)=>{for(var e in t)Oi(s,e,{get:t[e],enumerable:!0})};function p(s,t={},...e){let o=document.createElement(s);for(let[i,n]of Object.entries(t))i.startsWith("on")?o.addEventListener(i.slice(2),n):i==="style"?Object.assign(o.style,n):n!=null&&o.setAttribute(i,n);return("tabindex"in t||["button","input","select","summary"].includes(s))&&o.setAttribute("data-lm-suppress-shortcuts","true"),o.append(...e),o}var ut=s=>s.contains(s.getRootNode().activeElement),w=(s,t,e,o)=>p("button",{type:"button",title:t,onclick:o,"data-action":s},e);function A(s,t={},...e){let o=document.createElementNS("http://www.w3.org/2000/svg",s);for(let[i,n]of Object.entries(t))o.setAttribute(i,n);return o.append(...e),o}var zi={first:"M3 3h2v10H3zM13 3v10L6 8z",back:"M11 3v10L4 8z",play:"M4 2.5v11L13.5 8z",pause:"M4 3h3v10H4zM9 3h3v10H9z",forward:"M5 3v10l7-5z",last:"M11 3h2v10h-2zM3 3v10l7-5z"};function Mt(s){return A("svg",{viewBox:"0 0 16 16",width:16,height:16,"aria-hidden":"true"},A("path",{d:zi[s],fill:"currentColor"}))}var P=s=>Number.isNaN(s)?"NaN":_(Number(s.toPrecision(3))).replace("-","−"),_=s=>{if(Number.isNaN(s))return"NaN (no number)";if(Number.isInteger(s))return String(s);let t=Math.abs(s);return t>=1e-4&&t<1e5?String(Number(s.toPrecision(5))):s.toExponential(3)},Qt=(s,t,e)=>{for(let o of[1,2,4,5,8,10,16,20,32,50,64,100,128,200,256,500])if(o*t/s>=e)return o;return s};var Ps=`/* The card in which the tour and the quiz speak. */
.mp-guide {
  display: grid;
  grid-template-columns: minmax(0, 1fr) max-content max-content;
  gap: 2px 4px;
  align-items: start;
  margin: 4px 0;
  padding: 6px 8px 8px 10px;
  border: 1px solid var(--mp-line);
  border-left: 4px solid var(--mp-mark);
  border-radius: 4px;
  background: var(--mp-field);
}
.mp-said > div {
  display: flex;
  flex-wrap: wrap;
  gap: 0 12px;
  align-items: baseline;
}
.memory-player .mp-guide h4 {
  margin: 0;
  font-size: 14px;
}
.mp-progress {
  color: var(--mp-quiet);
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}
.memory-player .mp-said p {
  max-width: 46em;
  min-height: 2.9em;
  font-size: 14px;
}
.mp-guide button {
  font: inherit;
  min-width: 28px;
  min-height: 28px;
  padding: 2px 10px;
  color: inherit;
  background: var(--mp-back);
  border: 1px solid var(--mp-line);
  border-radius: 4px;
  cursor: pointer;
}
.mp-guide > button {
  padding: 2px;
}
.mp-guide button:disabled {
  cursor: default;
}
.mp-guide-actions {
  display: flex;
  gap: 4px;
}
.mp-guide-actions button:disabled {
  opacity: 0.5;
}
.mp-guide-body {
  grid-column: 1 / -1;
}
.mp-places,
.mp-reasons {
  display: flex;
  flex-wrap: wrap;
  gap: 3px;
  align-items: center;
  margin-top: 4px;
}
.mp-places {
  max-height: 130px;
  padding: 2px;
  margin: 2px -2px 0;
  overflow-y: auto;
}
.mp-reasons {
  gap: 6px;
}
.mp-guide .mp-places button {
  display: flex;
  gap: 4px;
  align-items: center;
  justify-content: center;
  min-width: 40px;
  padding: 2px 3px;
  font-variant-numeric: tabular-nums;
}
.mp-places button span {
  display: flex;
  gap: 2px;
  height: 20px;
}
.mp-places i {
  display: flex;
  align-items: flex-end;
  width: 6px;
  background: var(--mp-field);
}
.mp-places b {
  width: 100%;
}
.mp-usage b {
  background: var(--mp-own);
}
.mp-match b {
  background: var(--mp-accent);
}
.mp-key {
  display: inline-flex;
  gap: 4px;
  margin-left: 6px;
  color: var(--mp-quiet);
  font-size: 12px;
}
.mp-key i {
  align-self: center;
  height: 12px;
}
.mp-key b {
  height: 100%;
}
.mp-guide button[aria-pressed="true"] {
  outline: 2px solid var(--mp-accent);
  outline-offset: -1px;
}
.mp-guide button.mp-written {
  outline: 2px solid var(--mp-mark);
  outline-offset: -1px;
}
.mp-frame.mp-pointed {
  outline: 2px solid var(--mp-mark);
  outline-offset: 2px;
}
.mp-frame {
  scroll-margin: var(--mp-covered, 0) 0 24px;
}
@container player (max-width: 560px) {
  .mp-guide {
    grid-template-columns: minmax(0, 1fr) max-content;
  }
  .mp-said {
    display: contents; /* the close button stands beside its title */
  }
  .memory-player .mp-said p {
    grid-row: 2;
    grid-column: 1 / -1;
    min-height: 0;
    font-size: 13px;
  }
  .mp-guide-actions {
    grid-row: 3;
    grid-column: 1 / -1;
  }
  .mp-guide .mp-places button {
    min-width: 36px;
    gap: 2px;
    font-size: 12px;
  }
  .mp-places i {
    width: 4px;
  }
  .mp-reasons > span {
    display: none; /* the group's name says it too */
  }
  .mp-guide .mp-reasons button {
    padding: 2px 6px;
  }
}

/* The slider through training. */
.mp-film {
  margin-top: 2px;
}
.mp-film-track {
  display: flex;
  flex: 1 1 160px;
  flex-direction: column;
  min-width: 0;
}
.mp-film-track svg {
  height: 11px;
  margin: 0 8px; /* half of the slider's thumb */
  overflow: visible;
  fill: none;
  stroke: var(--mp-quiet);
}
.mp-film-track path {
  vector-effect: non-scaling-stroke;
  stroke-width: 1.5;
}
.mp-film-track .mp-film-here {
  stroke: var(--mp-mark);
}
.mp-controls .mp-film-track input {
  flex: none;
  width: 100%;
  margin: 0;
}
.mp-controls.mp-film button {
  min-height: 26px;
}
.mp-film-told {
  min-width: 21em;
  font-variant-numeric: tabular-nums;
}
@container player (max-width: 560px) {
  .mp-film-told {
    min-width: 100%;
  }
}
`;var Gs={};st(Gs,{ACTION_NAMES:()=>Ni,FORWARD:()=>ft,LEFT:()=>z,RIGHT:()=>T,TMaze:()=>it,drawMaze:()=>Ks});var[ft,z,T]=[0,1,2],Ni=["forward","left","right"],Ci=-.1,Ke={[z]:"left",[T]:"right"},it=class{constructor(t,e,o=4*e){Object.assign(this,{sign:t,length:e,limit:o,distance:e,time:0,outcome:null})}get over(){return this.outcome!==null}get correct(){return this.outcome===Ke[this.sign]}step(t){this.time+=1;let e=Ci;return this.distance===0&&t!==ft?(this.outcome=Ke[t],this.correct?1:-1):(this.distance>0&&t===ft&&(this.distance-=1,e=0),this.time>=this.limit&&(this.outcome="late"),e)}observe(t=this.time===0){let e=t?this.sign:null,o=this.distance===0;return[e===z,e===T,!o,o].map(Number)}scene(t=this.time===0,e=!0){let{sign:o,distance:i,length:n,outcome:r}=this;return Ks(e?Ke[o]:null,i,n,t,r)}},[Y,V,ot]=[44,80,18],[Ri,ji]=[336,48],[Hs,Us]=[8,152],Ot={left:30,right:130},nt=s=>s.split(" ").map(t=>t.split(",").map(Number)),Li=nt("0,-12 10,0 4,0 4,12 -4,12 -4,0 -10,0"),Fi=nt("0,-10 3,-3 10,-3 4,1 6,9 0,4 -6,9 -4,1 -10,-3 -3,-3"),qi=["-5,0 -1,4 5,-4"].map(nt),Ii=["-4,-4 4,4","-4,4 4,-4"].map(nt),zt=(s,t,e,o=1)=>e.map(([i,n])=>[s+i,t+o*n]),Ge=(s,t,e,o)=>({kind:"circle",x:s,y:t,radius:e,fill:o}),te=(s,t)=>({kind:"polygon",points:s,fill:t}),Ye=(s,t)=>({kind:"line",points:s,stroke:t,stroke_width:3}),Et=(s,t,e,o,i,n)=>({kind:"text",x:s,y:t,text:e,size:o,fill:i,...n?{anchor:n}:{}});function Ks(s,t,e,o,i=null){let n=u=>Y+Math.floor(Math.min(Ri,ji*e)*u/e),[r,a]=[n(e),n(e-t)],l=Ot[i]??V,c=r+ot,h=[Bi(r)];for(let u=0;u<=e;u++)h.push(Ge(n(u),V,2,"quiet"));h.push(...Wi(s,o));for(let[u,f]of Object.entries(Ot))h.push(Et(c+8,f,u,14,"text","start")),u===s&&s!==i&&h.push(te(zt(r,f,Fi),"goal"));let m=[[Y,V],[a,V],[a,l]];return h.push(Ye(m,"agent"),Ge(a,l,12,"agent"),te(Di(a,l,i),"ground"),...Pi(s,i,c)),{width:480,height:160,label:Hi(s,t,o,i),shapes:h}}function Bi(s){let[t,e]=[V-ot,V+ot],[o,i,n]=[Y-ot-4,s-ot,s+ot],r=`${o},${t} ${i},${t} ${i},${Hs} ${n},${Hs}`,a=`${n},${Us} ${i},${Us} ${i},${e} ${o},${e}`;return{...te(nt(`${r} ${a}`),"floor"),stroke:"wall"}}function Di(s,t,e){return e in Ot?zt(s,t,nt("0,-8 6,4 -6,4"),e==="left"?1:-1):zt(s,t,nt("8,0 -4,-6 -4,6"))}function Wi(s,t){let e={kind:"rect",x:Y-22,y:8,width:44,height:38,radius:5},o=t?{fill:"sign",stroke:"wall"}:{fill:"ground",stroke:"quiet",dashed:!0},i=t?"ink":"quiet",n=s==="left"?1:-1,r=[[Y,46],[Y,V-ot]];return[Ye(r,"wall"),{...e,...o},s===null?Et(Y,27,"?",24,i):te(zt(Y,27,Li,n),i),Et(6,112,"sign",11,"quiet","start"),Et(6,126,t?"in sight":"out of sight",11,"quiet","start")]}function Pi(s,t,e){if(t==="late")return[Et(e+8,V,"too late",14,"bad","start")];if(s===null||t===null)return[];let[o,i,n]=[e+64,Ot[t],t===s],r=n?qi:Ii;return[Ge(o,i,11,n?"good":"bad"),...r.map(a=>Ye(zt(o,i,a),"ground"))]}function Hi(s,t,e,o){let i=o in Ot,n=`the sign ${e?"shows":"showed"} ${s}`;if(s===null?n="the sign is not known":i&&(n=`${o===s?"as":"but"} the sign showed ${s}`),i)return`The agent turned ${o}, ${n}.`;let r=t===1?"1 step":`${t} steps`;return`The agent stands ${t===0?"at the junction":`${r} before the junction`}; ${n}.${o==="late"?" Its time is up.":""}`}var Ui="ground floor wall agent sign goal card ink red text quiet good bad".split(" "),Ki={start:"start",middle:"middle",end:"end"},Gi=1.5,Vs=({shapes:s,scenes:t})=>t.map(e=>({...e,shapes:e.shapes.map(o=>s[o])}));function ee({width:s,height:t,label:e,title:o,shapes:i}){let n={viewBox:`0 0 ${s} ${t}`,role:"img","aria-label":e},r=o?[A("title",{},o)]:[];return A("svg",{...n,class:"mp-scene"},...r,...i.map(Yi))}function Yi(s){let{kind:t,fill:e,stroke:o,stroke_width:i=Gi,dashed:n}=s,r=[`fill: ${Ys(e)}`];o&&r.push(`stroke: ${Ys(o)}`,`stroke-width: ${Number(i)}`),n&&r.push("stroke-dasharray: 4 3");let a={style:r.join(";")},l=()=>s.points.map(u=>u.join()).join(" "),{x:c,y:h}=s;if(t==="rect"){let u={x:c,y:h,width:s.width,height:s.height,rx:s.radius??0};return A("rect",{...u,...a})}if(t==="circle")return A("circle",{cx:c,cy:h,r:s.radius,...a});if(t==="polygon")return A("polygon",{points:l(),...a});if(t==="line")return A("polyline",{points:l(),...a});if(t!=="text")throw new Error(`This world can't be drawn: it has a shape '${t}'.`);let m=Ki[s.anchor??"middle"];return A("text",{...{x:c,y:h,"text-anchor":m,"dominant-baseline":"central"},"font-size":s.size,...a},s.text)}function Ys(s){if(s===void 0)return"none";if(!Ui.includes(s))throw new Error(`This world can't be drawn: it has a colour '${s}'.`);return`var(--mp-scene-${s})`}var se=class{constructor(t){this.view=t,this.before=p("figure",{class:"mp-before"}),this.after=p("figure",{class:"mp-after"}),this.acts=p("div",{class:"mp-acts"}),this.root=p("div",{class:"mp-world"},this.before,this.acts,this.after)}get run(){return this.view.run}draw(t){let{scenes:e}=this.run;t=Math.min(t,this.run.steps-1);let o=(i,n="")=>p("figcaption",{},i,p("span",{},n&&` (${n})`));try{e&&(this.before.replaceChildren(o("the world","dashed: out of the agent's sight"),ee(e[t])),this.after.replaceChildren(o("what comes of it"),ee(e[t+1])))}catch(i){this.before.replaceChildren(p("p",{class:"mp-nothing"},i.message)),this.after.replaceChildren()}this.acts.replaceChildren(...this.buildActs(t))}buildActs(t){let{run:e}=this,o=e.has("action")&&e.size("action")===1?e.at("action",t)[0]:null,i=[];if(e.has("action_probabilities"))e.at("action_probabilities",t).forEach((r,a)=>{let l=`${(100*r).toFixed(1)} %`,c=a===o;i.push(p("li",{class:c?"mp-chosen":null,"aria-current":c?"true":null},p("span",{},Ve(e,a)),p("i",{},p("b",{style:{width:`${100*r}%`}})),p("output",{},l)))});else if(e.has("action")){let r=o===null?[...e.at("action",t)].map(_).join(", "):null;i.push(p("li",{class:"mp-chosen"},r??Ve(e,o)))}let n=["reward","value"].filter(r=>e.has(r)&&e.size(r)===1);return[p("p",{class:"mp-acts-title"},"what it does"),p("ul",{"aria-label":"actions"},...i),p("p",{class:"mp-numbers"},...n.map(r=>{let{label:a,meaning:l}=e.arrays[r],c=e.at(r,t)[0].toFixed(2).replace("-","−");return p("span",{title:l},`${a} `,p("b",{},c))}))]}tell(t){let{run:e}=this;t=Math.min(t,e.steps-1);let o=e.scenes?[e.scenes[t===e.steps-1?t+1:t].label]:[];if(e.has("action_probabilities")&&e.size("action")===1){let i=e.at("action",t)[0],n=e.at("action_probabilities",t)[i];o.push(`Its action: ${Ve(e,i)} (${Math.round(100*n)} %).`)}return o.join(" ")}},Ve=(s,t)=>s.actions?.[t]??`action ${t}`,oe=s=>!s.signed&&!!(s.scenes??s.has("action_probabilities"));var Zs={ArrowRight:ft,ArrowUp:z,ArrowDown:T},Vi=[[ft,"→","forward","Forward (right arrow)"],[z,"↑","left","Turn left (up arrow)"],[T,"↓","right","Turn right (down arrow)"]],Ze={start:"at the start",always:"all the time",never:"never"},Zi=["sign left","sign right","corridor","junction"];function Xi(s){return()=>{s=s+1831565813|0;let t=Math.imul(s^s>>>15,1|s);return t=t+Math.imul(t^t>>>7,61|t)^t,((t^t>>>14)>>>0)/2**32}}var ie=class{constructor(t,e){this.model=t,this.root=e;let{corridor_length:o,sign:i,seed:n}=t.get("header").game;this.lengths=o,this.random=Xi(n??Math.floor(2**32*Math.random())),this.sight=i,this.scores=Object.fromEntries(Object.keys(Ze).map(r=>[r,[0,0]])),this.build(),this.begin()}build(){this.picture=p("div",{class:"mp-game-picture"}),this.said=p("p",{class:"mp-game-said","aria-live":"polite"}),this.stage=p("div",{class:"mp-game-stage",tabindex:"0",role:"application","aria-label":"T-maze. Right arrow goes forward, up arrow turns left, down arrow turns right, enter begins a new round."},this.picture),this.stage.addEventListener("pointerdown",()=>this.stage.focus()),this.moves=Vi.map(([e,o,i,n])=>{let r=w(i,n,"",()=>this.move(e));return r.append(p("b",{"aria-hidden":"true"},o),` ${i}`),r}),this.next=w("new","New round (enter)","new round",()=>this.begin()),this.sights=Object.entries(Ze).map(([e,o])=>w(`sight-${e}`,`See the sign ${o}`,o,()=>this.look(e))),this.eyes=p("p",{class:"mp-game-eyes"}),this.score=p("table",{class:"mp-game-score","aria-label":"score"});let t={class:"mp-group-of",role:"group","aria-label":"you see the sign"};this.root.classList.add("mp-game"),this.root.replaceChildren(p("div",{class:"mp-controls"},"You see the sign",p("span",t,...this.sights)),this.stage,this.said,p("div",{class:"mp-controls mp-game-moves"},...this.moves,this.next),p("div",{class:"mp-game-below"},this.eyes,this.score)),this.root.addEventListener("keydown",e=>this.key(e))}begin(){let[t,e]=this.lengths,o=this.random()<.5?z:T,i=t+Math.floor((e-t+1)*this.random());this.maze=new it(o,i,4*e),this.draw("")}look(t){this.sight=t,this.begin(),this.stage.focus({preventScroll:!0})}move(t){let{maze:e}=this;if(e.over)return this.draw("This round is over. Enter begins a new one.");let o=e.distance,i=e.step(t),n=!e.over&&e.distance===o;e.over&&this.count(i===1),this.draw(n?"A wall: this costs 0.1.":"",n)}count(t){let e=this.scores[this.sight];e[0]+=t,e[1]+=1,this.model.set("scores",structuredClone(this.scores)),this.model.save_changes()}get visible(){let{maze:t,sight:e}=this;return!t.over&&(e==="always"||e==="start"&&t.time===0)}draw(t,e=!1){let{maze:o,visible:i}=this,n=o.scene(i,i||o.over);n.label=n.label.replace("The agent stands","You stand").replace("The agent","You"),this.picture.replaceChildren(ee(n)),this.picture.classList.toggle("mp-bumped",e);let r=o.over?`${Ji(o)} Enter begins a new round.`:t;this.said.textContent=`${n.label} ${r}`.trim(),this.root.dataset.outcome=o.over?o.correct?"correct":"wrong":"",this.next.classList.toggle("mp-due",o.over);let a=o.observe(i);this.eyes.replaceChildren("What an agent gets to see: ",...Zi.map((l,c)=>p("span",{class:a[c]?"mp-on":""},`${l} `,p("b",{},a[c]))));for(let l of this.sights)l.setAttribute("aria-pressed",String(l.dataset.action===`sight-${this.sight}`));this.drawScore()}drawScore(){let t=(e,o)=>p(e,e==="th"?{scope:"row"}:{},o);this.score.replaceChildren(p("caption",{},"correct turns"),...Object.entries(this.scores).map(([e,[o,i]])=>p("tr",{"data-sight":e,class:e===this.sight?"mp-chosen":null},t("th",`sign ${Ze[e]}`),t("td",i?`${o} of ${i}`:"–"),t("td",e==="never"&&i?`by chance, ${i/2}`:""))))}key(t){if(t.ctrlKey||t.metaKey||t.altKey)return;let e=t.target.tagName==="BUTTON";if(t.key in Zs)this.move(Zs[t.key]);else if(t.key==="Enter"&&!e)this.begin();else return;t.preventDefault(),t.stopPropagation(),e&&this.stage.focus({preventScroll:!0})}destroy(){}};function Ji({outcome:s,correct:t}){return s==="late"?"Too late.":t?"Correct: reward 1.":"Wrong: reward −1."}var gt=s=>s.reduce((t,e)=>t*e,1),Tt=s=>1/(1+Math.exp(-s)),ne=s=>1+(s>40?s:Math.log1p(Math.exp(s)));function wt(s,t,e){let o=-1/0;for(let n=t;n<t+e;n++)o=Math.max(o,s[n]);let i=0;for(let n=t;n<t+e;n++)i+=s[n]=Math.exp(s[n]-o);for(let n=t;n<t+e;n++)s[n]/=i}function C(s,t,e,o=0,i=e.length,n=0){for(let r=0;r<s.length;r++){let a=0,l=(o+r)*i+n;for(let c=0;c<e.length;c++)a+=t[l+c]*e[c];s[r]+=a}}var to={};st(to,{KINDS:()=>Xs,UNDISTURBED:()=>at,apply:()=>ts,check:()=>Je,covers:()=>Qe,firstChange:()=>es,format:()=>R,formatEdit:()=>rt,parse:()=>lt,sizesOf:()=>rn,stepShape:()=>Nt,suggest:()=>Js});var Xs={number:[-1/0,1/0],activation:[-1,1],fraction:[0,1],weighting:[0,1],distribution:[0,1],links:[0,1],strength:[1,1/0]},at=Object.freeze({edits:[],locations:null,words:null}),Qi=/^([A-Za-z_]\w*)\s*(?:\[\s*(\d{1,9}(?:\s*,\s*\d{1,9})*)\s*\]\s*)?(?:@\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?\s*)?)?$/,tn=/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,en=/^\d{1,9}$/;function lt(s){let t={edits:[],locations:null,words:null};for(let e of s.trim()?s.split(";"):[]){let o=e.indexOf("="),i=(o<0?e:e.slice(0,o)).trim(),n=o<0?"":e.slice(o+1).trim();if(i==="N"&&t.locations!==null||i==="words"&&t.words!==null)throw new Error(`'${s}' sets ${i} twice. Keep one of them.`);i==="N"?t.locations=sn(n):i==="words"?t.words=on(n):t.edits.push(nn(e.trim(),i,n))}return t}function sn(s){if(!en.test(s))throw new Error(`N must be a number of locations, but is '${s}'.`);if(Number(s)<1)throw new Error(`N must be at least 1, got ${Number(s)}.`);return Number(s)}function on(s){let t=s.split(",").map(e=>e.trim());for(let e of t)if(!/^[01]+$/.test(e)||e.length!==t[0].length)throw new Error(`Words must be bits of one length, such as 1011,0010, but one is '${e}'.`);return t}function nn(s,t,e){let o=Qi.exec(t);if(!o||!tn.test(e))throw new Error(`'${s}' can't be read. Write name[index]@first-last=value, such as memory[3]@5-=0 or write_gate=0, and join parts by ';'.`);let[,i,n,r,a,l]=o,c=n?n.split(",").map(Number):[],h=Number(r??0),m=l!==void 0?Number(l):r!==void 0&&!a?h:null,d=Number(e)+0;if(m!==null&&m<h)throw new Error(`The last step for ${i} must be at least ${h}, got ${m}.`);if(!Number.isFinite(d))throw new Error(`${i} must get a finite number, got ${e}.`);return{name:i,index:c,first:h,last:m,value:d}}function rt({name:s,index:t,first:e,last:o,value:i}){let n=t.length?`[${t}]`:"",r="";return o!==null?r=o===e?`@${e}`:`@${e}-${o}`:e>0&&(r=`@${e}-`),`${s}${n}${r}=${i}`}function R({edits:s,locations:t,words:e}){let o=t===null?[]:[`N=${t}`];return e!==null&&o.push(`words=${e}`),[...o,...s.map(rt)].join(";")}function rn(s){let t={T:s.steps};for(let{axes:e,shape:o}of Object.values(s.arrays))e.split(" ").forEach((i,n)=>{/^[A-Z]$/.test(i)&&(t[i]??=o[n])});return t}var Nt=({axes:s},t)=>s.split(" ").slice(1).map(e=>t[e]??Number(e));function Je({edits:s,locations:t},e,o){if(t!==null&&!("N"in o))throw new Error(`N=${t}: this memory has no locations.`);for(let i of s)an(i,e,{...o,N:t??o.N})}function an(s,t,e){let{name:o,index:i,first:n,last:r,value:a}=s,l=g=>{throw new Error(`${rt(s)}: ${g}`)},c=Object.keys(t).filter(g=>!t[g].optional);c.includes(o)||l(`no step computes an array '${o}'.${Js(o,c)}`);let h=t[o],m=Nt(h,e),d=h.axes.split(" ").slice(1);i.length>m.length&&l(`at one step ${o} has ${m.length} dimensions, but the index has ${i.length}.`),i.forEach((g,b)=>{g>=m[b]&&l(`the index ${g} is out of range: it must be 0 to ${m[b]-1} (dimension ${d[b]} of ${o}).`)});for(let g of[n,r??0])g>=e.T&&l(`step ${g} is out of range: the run has the steps 0 to ${e.T-1}.`);let[u,f]=Xs[h.kind];if(!(u<=a&&a<=f)){let g=Number.isFinite(f)?`in [${u}, ${f}]`:`at least ${u}`;l(`${o} is a ${h.kind}, so its value must be ${g}, but it is ${a}.`)}}function Js(s,t){let e=t.toSorted((n,r)=>Xe(n,s)-Xe(r,s))[0];return`${e!==void 0&&2*Xe(e,s)<=e.length?` Did you mean '${e}'?`:""} Known: ${t.toSorted().join(", ")||"none"}.`}function Xe(s,t){let e=Array.from({length:t.length+1},(o,i)=>i);for(let o=1;o<=s.length;o++){let i=[o];for(let n=1;n<=t.length;n++)i.push(Math.min(e[n]+1,i[n-1]+1,e[n-1]+(s[o-1]!==t[n-1])));e=i}return e[t.length]}var Qs=({first:s,last:t},e)=>s<=e&&(t===null||e<=t),Qe=(s,t,e,o)=>s.name===t&&Qs(s,o)&&s.index.every((i,n)=>i===e[n]);function ts(s,t,e,o,i){for(let n of s.edits)if(n.name===t&&Qs(n,e)){let[r,a]=[0,o.length];n.index.forEach((l,c)=>{a/=i[c],r+=l*a}),o.fill(n.value,r,r+a)}return o}function es(s,t){let[e,o]=[s.edits,t.edits],i=(n,r)=>n&&r&&rt(n)===rt(r);for(;i(e[0],o[0]);)[e,o]=[e.slice(1),o.slice(1)];for(;i(e.at(-1),o.at(-1));)[e,o]=[e.slice(0,-1),o.slice(0,-1)];return Math.min(...[...e,...o].map(({first:n})=>n))}var Mo={};st(Mo,{FORMULAS:()=>qt,formulasOf:()=>It});var ao={};st(ao,{Letters:()=>xt,Numbers:()=>Lt,add:()=>M,apply:()=>yt,constant:()=>j,divide:()=>he,evaluate:()=>ro,exp:()=>no,flatten:()=>Ft,leaf:()=>I,multiply:()=>x,named:()=>rs,nonnegative:()=>pe,root:()=>is,shorten:()=>de,shownSources:()=>as,sources:()=>me,square:()=>ns,subtract:()=>L});var so={};st(so,{mathml:()=>bt,number:()=>le,similarityOf:()=>ss,symbolOf:()=>jt});var ln={input:["x"],read_keys:["k","r"],read_strengths:["β","r"],write_key:["k","w"],write_strength:["β","w"],erase_vector:["e"],write_vector:["v"],free_gates:["f"],allocation_gate:["g","a"],write_gate:["g","w"],read_modes:["π"],usage:["u"],allocation_weighting:["a"],write_content_weighting:["c","w"],write_weighting:["w","w"],memory:["M"],link:["L"],precedence:["p"],forward_weighting:["f"],backward_weighting:["b"],read_content_weighting:["c","r"],read_weighting:["w","r"],read_vectors:["r"],output:["y"],controller_hidden:["h"],controller_cell:["s"],"cell.interface.weight":["W","","ξ"],"cell.interface.bias":["b","","ξ"],"output.weight":["W","","y"],"output.bias":["b","","y"]},cn=["i","f","g","o"],hn={weight:["W"],bias:["b"],weight_ih:["W","","x"],bias_ih:["b","","x"],weight_hh:["W","","h"],bias_hh:["b","","h"]},pn=/^(read_(?!weighting_)|free_gates|(forward|backward)_weighting|read_content_weighting)/,Z=s=>`<mi>${s}</mi>`,Ct=s=>`<mo>${s}</mo>`,O=(...s)=>`<mrow>${s.join("")}</mrow>`,Rt=(s,t="(",e=")")=>O(`<mo stretchy="false">${t}</mo>`,s,`<mo stretchy="false">${e}</mo>`);function jt(s,t,e){let o=[...t],i=/^controller_\w+_(\d+)$/.exec(s)?.[1],n=s.replace(/(controller_\w+)_\d+$/,"$1"),[r,a="",l=e]=ln[n]??hn[s.split(".").at(-1)]??"?",[c,h]=[r,a];n==="controller_gates"&&(c=cn[o.shift()]),pn.test(s)&&(h+=(h?",":"")+o.shift()),i!==void 0&&(h=String(Number(i)+1));let[m,d]=[l,h].map(f=>f&&Z(f)),u=Z(c);return m&&d?u=`<msubsup>${u}${m}${d}</msubsup>`:m?u=`<msub>${u}${m}</msub>`:d&&(u=`<msup>${u}${d}</msup>`),o.length?O(u,Rt(Z(o.join(", ")),"[","]")):u}var ss=(s,t)=>O(Z("D"),Rt(O(s,Ct(","),t))),[ae,re,eo]=[1,2,3],mn={add:ae,subtract:ae,multiply:re},dn={sigmoid:"σ",oneplus:"oneplus",tanh:"tanh"};function bt(s,t,e=!1){let o=(c,h=ae,m=!1)=>{let d=(mn[c.op]??eo)<h,u=["leaf","named"].includes(c.op)&&c.value<0,f=bt(c,t,m&&!d);return d||m&&u?Rt(f):f},{op:i,args:n,over:r}=s,[a,l]=n;switch(i){case"leaf":return t(s);case"add":case"multiply":{let[c,h,m]=i==="add"?["+","∑",ae]:["·","∏",re];return r&&n.length===1&&Number.isNaN(s.value)?O(`<munder>${Ct(h)}${Z(r)}</munder>`,o(a,re)):n.length?O(n.map((d,u)=>o(d,m,e||u>0)).join(Ct(c))):`<mn>${i==="add"?0:1}</mn>`}case"subtract":return O(o(a),Ct("−"),o(l,re,!0));case"divide":return`<mfrac>${O(o(a))}${O(o(l))}</mfrac>`;case"exp":return`<msup>${Z("e")}${O(o(a))}</msup>`;case"root":return`<msqrt>${o(a)}</msqrt>`;case"square":return`<msup>${O(o(a,eo,!0))}<mn>2</mn></msup>`;case"nonnegative":return O(Z("max"),Rt(O("<mn>0</mn>",Ct(","),o(a))));case"named":return s.symbol||t(s);default:return O(Z(dn[i]),Rt(o(a)))}}function un(s){let t=1-Math.abs(s);if(t>0&&t<.01)return s.toFixed(Math.min(12,2-Math.floor(Math.log10(t)))).replace("-","−");let e=Math.abs(s);return e>0&&e<1e-4?Number(s.toPrecision(3)).toExponential().replaceAll("-","−"):P(s)}var le=({value:s,rest:t})=>{let e=`<mn>${un(s)}</mn>`;return t?`<munder>${e}<mtext>${t} more</mtext></munder>`:e};var oo=3,os={leaf:()=>NaN,add:(...s)=>s.reduce((t,e)=>t+e,0),subtract:(s,t)=>s-t,multiply:(...s)=>s.reduce((t,e)=>t*e,1),divide:(s,t)=>s/t,exp:Math.exp,root:Math.sqrt,square:s=>s*s,sigmoid:Tt,oneplus:ne,tanh:Math.tanh,nonnegative:s=>Math.max(0,s),named:s=>s},S=(s,t,e)=>({op:s,args:t,value:os[s](...t.map(({value:o})=>o)),...e}),I=(s,t,e=null)=>({op:"leaf",args:[],value:s,symbol:t,source:e}),j=s=>I(s,`<mn>${s}</mn>`),M=(...s)=>S("add",s),L=(s,t)=>S("subtract",[s,t]),x=(...s)=>S("multiply",s),he=(s,t)=>S("divide",[s,t]),no=s=>S("exp",[s]),is=s=>S("root",[s]),ns=s=>S("square",[s]),yt=(s,t)=>S(s,[t]),rs=(s,t)=>S("named",[t],{symbol:s}),pe=s=>s.value<0?S("nonnegative",[s]):s,ro=({op:s,args:t,value:e})=>s==="leaf"?e:os[s](...t.map(ro));function me({source:s,args:t}){return[...s?[s]:[],...t.flatMap(me)]}function as(s){let t=!1,e=({op:o,source:i,args:n})=>o==="named"&&t?[]:(t||=o==="named",[...i?[i]:[],...n.flatMap(e)]);return e(s)}function de(s){let t=s.args.map(de);if(!s.over||t.length<=oo+1)return{...s,args:t};let e=s.op==="add",o=({value:l})=>e?-Math.abs(l):l,i=[...t].sort((l,c)=>o(l)-o(c)),n=new Set(i.slice(0,oo)),r=t.filter(l=>!n.has(l)),a={...I(os[s.op](...r.map(({value:l})=>l))),rest:r.length};return{...s,args:[...t.filter(l=>n.has(l)),a]}}var ce=class{softmax(t,e,o,i){let n=this.sum(t,e,i).args,r=Math.max(...n.map(({value:l})=>l)),a=l=>no(r>700?L(l,j(r)):l);return he(a(i(o)),S("add",n.map(a),{over:t}))}},Lt=class extends ce{constructor(t,e){super(),Object.assign(this,{run:t,step:e,model:t.model,sizes:t.model.sizes,symbolic:!1})}now(t,...e){return this.cell(t,e,this.step)}before(t,...e){return this.step>0?this.cell(t,e,this.step-1):j(0)}cell(t,e,o){let i=this.array(t,o)[Ft(e,this.run.shapeOf(t))];return I(i,"",{name:t,index:e,step:o})}array(t,e=this.step){return this.run.at(t,e)}weight(t,...e){let{weights:o,shapes:i}=this.model;return I(o[t][Ft(e,i[t])])}sum(t,e,o){return S("add",io(e).map(o),{over:t})}product(t,e,o){return S("multiply",io(e).map(o),{over:t})}},io=s=>Array.isArray(s)?s:Array.from({length:s},(t,e)=>e),Ft=(s,t)=>s.reduce((e,o,i)=>e*t[i]+o,0),xt=class extends ce{constructor(t){super(),Object.assign(this,{model:t,sizes:t.sizes,symbolic:!0})}now(t,...e){return I(NaN,jt(t,e,"t"))}before(t,...e){return I(NaN,jt(t,e,"t−1"))}weight(t,...e){return I(NaN,jt(t,e,""))}sum(t,e,o){return S("add",[o(t)],{over:t})}product(t,e,o){return S("multiply",[o(t.split(" ")[0])],{over:t})}};function ho({input:s},{read_vectors:t}){let e=new Float64Array(s.length+t.length);return e.set(s),e.set(t,s.length),e}function po(s,t,e){let{input:o,heads:i,word:n}=s.sizes,r=(a,l)=>s.symbolic?"F+iW+w":o+a*n+l;return[s.sum("j",o,a=>x(s.weight(t,e,a),s.now("input",a))),s.sum("i,w",i*n,a=>{let[l,c]=s.symbolic?["i","w"]:[Math.floor(a/n),a%n];return x(s.weight(t,e,r(l,c)),s.before("read_vectors",l,c))})]}var fn=4,ls=new Map;function gn(s,t){return ls.has(t)||ls.set(t,wn(s,t)),ls.get(t)}function wn(s,t){let[e,o,i]=["gates","cell","hidden"].map(l=>`controller_${l}_${s}`),n=`controller_hidden_${s-1}`,[r,a]=[`${t}weight_ih`,`${t}weight_hh`];return[{name:e,axes:"T 4 H",compute(l,c,{weights:h,sizes:{hidden:m}}){let d=Float64Array.from(h[`${t}bias_ih`]),u=h[`${t}bias_hh`];for(let f=0;f<d.length;f++)d[f]+=u[f];C(d,h[r],s?l[n]:ho(l,c)),C(d,h[a],c[i]);for(let f=0;f<d.length;f++)d[f]=f>=2*m&&f<3*m?Math.tanh(d[f]):Tt(d[f]);return d},explain(l,c,h){let{hidden:m}=l.sizes,d=l.symbolic?h:c*m+h,u=s?[l.sum("j",m,f=>x(l.weight(r,d,f),l.now(n,f)))]:po(l,r,d);return yt(c===2?"tanh":"sigmoid",M(...u,l.sum("l",m,f=>x(l.weight(a,d,f),l.before(i,f))),l.weight(`${t}bias_ih`,d),l.weight(`${t}bias_hh`,d)))}},{name:o,axes:"T H",compute(l,c,{sizes:{hidden:h}}){let m=l[e];return c[o].map((d,u)=>m[h+u]*d+m[u]*m[2*h+u])},explain:(l,c)=>M(x(l.now(e,1,c),l.before(o,c)),x(l.now(e,0,c),l.now(e,2,c)))},{name:i,axes:"T H",compute(l,c,{sizes:{hidden:h}}){return l[o].map((m,d)=>l[e][3*h+d]*Math.tanh(m))},explain:(l,c)=>x(l.now(e,fn-1,c),yt("tanh",l.now(o,c)))}]}var bn={name:"controller_hidden_0",axes:"T H",compute(s,t,{weights:e}){let o=Float64Array.from(e["cell.controller.0.bias"]);return C(o,e["cell.controller.0.weight"],ho(s,t)),o.map(Math.tanh)},explain:(s,t)=>yt("tanh",M(...po(s,"cell.controller.0.weight",t),s.weight("cell.controller.0.bias",t)))};function mo({controller:s,sizes:{layers:t}}){if(s==="feedforward")return[bn];let e=o=>t>1?`cell.controller.layers.${o}.`:"cell.controller.";return Array.from({length:t},(o,i)=>gn(i,e(i))).flat()}var ue=({controller:s,sizes:{layers:t}})=>`controller_hidden_${s==="feedforward"?0:t-1}`,cs=(s,t)=>s.now(s.symbolic?"controller_hidden":ue(s.model),t),xn={number:()=>{},strength:s=>s.forEach((t,e)=>s[e]=ne(t)),fraction:s=>s.forEach((t,e)=>s[e]=Tt(t)),distribution:s=>{for(let t=0;t<s.length;t+=3)wt(s,t,3)}},hs=[["read_keys","T R W","number"],["read_strengths","T R","strength"],["write_key","T W","number"],["write_strength","T","strength"],["erase_vector","T W","fraction"],["write_vector","T W","number"],["free_gates","T R","fraction"],["allocation_gate","T","fraction"],["write_gate","T","fraction"],["read_modes","T R 3","distribution"]],ps=hs.map(([s])=>s),uo="cell.interface.weight",fo="cell.interface.bias",go=(s,{heads:t,word:e})=>s.split(" ").slice(1).reduce((o,i)=>o*({R:t,W:e}[i]??Number(i)),1),lo=(s,t)=>hs.slice(0,ps.indexOf(s)).reduce((e,[,o])=>e+go(o,t),0);function co(s,t){let{hidden:e}=s.sizes;return M(s.sum("q",e,o=>x(s.weight(uo,t,o),cs(s,o))),s.weight(fo,t))}var wo=hs.map(([s,t,e])=>({name:s,axes:t,compute(o,i,n){let{weights:r,sizes:a}=n,l=lo(s,a),c=r[fo].slice(l,l+go(t,a));return C(c,r[uo],o[ue(n)],l),xn[e](c),c},explain(o,...i){let{word:n}=o.sizes,r=t==="T R W"?i[0]*n+i[1]:i[0]??0,a=c=>o.symbolic?"·":lo(s,o.sizes)+c;if(e==="distribution")return o.softmax("l",3,i[1],c=>co(o,a(3*i[0]+c)));let l=co(o,a(r));return e==="number"?l:yt(e==="fraction"?"sigmoid":"oneplus",l)}}));var vo=1e-6,yn=2**-33,[bo,xo,yo]=[0,1,2];function Ao(s,t,e,{locations:o,word:i}){let n=new Float64Array(e.length*o),r=new Float64Array(o);for(let a=0;a<o;a++)r[a]=ko(s,a*i,i);for(let a=0;a<e.length;a++){let l=ko(t,a*i,i);for(let c=0;c<o;c++){let h=0;for(let m=0;m<i;m++)h+=t[a*i+m]*s[c*i+m];n[a*o+c]=e[a]*(h/(l*r[c]))}wt(n,a*o,o)}return n}function ko(s,t,e){let o=0;for(let i=t;i<t+e;i++)o+=s[i]*s[i];return Math.sqrt(o+vo)}function _o(s,t,e,o,i){let{locations:n,word:r}=s.sizes,a=c=>is(M(s.sum("w",r,h=>ns(c(h))),I(vo,"<mi>ε</mi>"))),l=c=>rs(s.symbolic&&ss(e().symbol,o(c).symbol),he(s.sum("w",r,h=>x(e(h),o(c,h))),x(a(e),a(h=>o(c,h)))));return s.softmax("j",n,t,c=>x(i,l(c)))}function $o(s){let t=s.map(e=>Math.round(e/yn));return Uint32Array.from(s,(e,o)=>o).sort((e,o)=>t[e]-t[o])}var kn={name:"usage",axes:"T N",compute(s,t,{sizes:{heads:e,locations:o}}){let i=new Float64Array(o),{usage:n,write_weighting:r,read_weighting:a}=t;for(let l=0;l<o;l++){let c=1;for(let h=0;h<e;h++)c*=1-s.free_gates[h]*a[h*o+l];i[l]=(n[l]+(1-n[l])*r[l])*c}return i},explain(s,t){let e=s.before("usage",t),o=s.product("i",s.sizes.heads,n=>L(j(1),x(s.now("free_gates",n),s.before("read_weighting",n,t)))),i=s.before("write_weighting",t);return x(L(M(e,i),x(e,i)),o)}},$n={name:"allocation_weighting",axes:"T N",compute(s,t,{sizes:{locations:e}}){let o=new Float64Array(e),i=1;for(let n of $o(s.usage))o[n]=(1-s.usage[n])*i,i*=s.usage[n];return o},explain(s,t){let e=s.symbolic?[]:[...$o(s.array("usage"))],o=s.product("j ≺ n",e.slice(0,e.indexOf(t)),i=>s.now("usage",i));return x(L(j(1),s.now("usage",t)),o)},note:"j ≺ n: location j is less used than n, or as much with a lower number."},vn={name:"write_content_weighting",axes:"T N",compute:(s,t,{sizes:e})=>Ao(t.memory,s.write_key,s.write_strength,e),explain:(s,t)=>_o(s,t,(...e)=>s.now("write_key",...e),(...e)=>s.before("memory",...e),s.now("write_strength"))},An={name:"write_weighting",axes:"T N",compute(s,t,{sizes:{locations:e}}){let o=new Float64Array(e),[i]=s.write_gate,[n]=s.allocation_gate,{allocation_weighting:r,write_content_weighting:a}=s;for(let l=0;l<e;l++)o[l]=i*(n*r[l]+(1-n)*a[l]);return o},explain(s,t){let e=s.now("allocation_gate");return x(s.now("write_gate"),M(x(e,s.now("allocation_weighting",t)),x(L(j(1),e),s.now("write_content_weighting",t))))}},_n={name:"memory",axes:"T N W",compute(s,t,{sizes:{locations:e,word:o}}){let i=new Float64Array(e*o),{write_weighting:n,erase_vector:r,write_vector:a}=s;for(let l=0,c=0;l<e;l++)for(let h=0;h<o;h++,c++)i[c]=t.memory[c]*(1-n[l]*r[h])+n[l]*a[h];return i},explain(s,t,e){let o=s.now("write_weighting",t);return M(x(s.before("memory",t,e),L(j(1),x(o,s.now("erase_vector",e)))),x(o,s.now("write_vector",e)))}},Sn={name:"link",axes:"T N N",letters:["i","j"],compute(s,t,{sizes:{locations:e}}){let o=new Float64Array(e*e),{write_weighting:i}=s,{link:n,precedence:r}=t;for(let a=0,l=0;a<e;a++){for(let c=0;c<e;c++,l++){let h=Math.max(0,1-i[a]-i[c]);o[l]=h*n[l]+i[a]*r[c]}o[a*e+a]=0}return o},explain(s,t,e){if(t===e)return j(0);let o=L(L(j(1),s.now("write_weighting",t)),s.now("write_weighting",e));return M(x(pe(o),s.before("link",t,e)),x(s.now("write_weighting",t),s.before("precedence",e)))},note:"A location is never linked to itself: L[i, i] = 0."},Mn={name:"precedence",axes:"T N",compute(s,t,{sizes:{locations:e}}){let{write_weighting:o}=s,i=0;for(let r=0;r<e;r++)i+=o[r];let n=Math.max(0,1-i);return t.precedence.map((r,a)=>n*r+o[a])},explain(s,t){let e=s.sum("j",s.sizes.locations,o=>s.now("write_weighting",o));return M(x(pe(L(j(1),e)),s.before("precedence",t)),s.now("write_weighting",t))}},En={name:"forward_weighting",axes:"T R N",compute(s,t,{sizes:{heads:e,locations:o}}){let i=new Float64Array(e*o);for(let n=0;n<e*o;n+=o)C(i.subarray(n,n+o),s.link,t.read_weighting.subarray(n,n+o));return i},explain:(s,t,e)=>s.sum("j",s.sizes.locations,o=>x(s.now("link",e,o),s.before("read_weighting",t,o)))};function So(s,t,e,o,i){let n=new Float64Array(e*i);for(let r=0;r<e;r++)for(let a=0;a<o;a++){let l=s[r*o+a],[c,h]=[r*i,a*i];for(let m=0;m<i;m++)n[c+m]+=l*t[h+m]}return n}var On={name:"backward_weighting",axes:"T R N",compute:(s,t,{sizes:{heads:e,locations:o}})=>So(t.read_weighting,s.link,e,o,o),explain:(s,t,e)=>s.sum("j",s.sizes.locations,o=>x(s.now("link",o,e),s.before("read_weighting",t,o)))},zn={name:"read_content_weighting",axes:"T R N",compute:(s,t,{sizes:e})=>Ao(s.memory,s.read_keys,s.read_strengths,e),explain:(s,t,e)=>_o(s,e,(...o)=>s.now("read_keys",t,...o),(...o)=>s.now("memory",...o),s.now("read_strengths",t))},Tn={name:"read_weighting",axes:"T R N",compute(s,t,{sizes:{heads:e,locations:o}}){let i=new Float64Array(e*o),{read_modes:n,read_content_weighting:r}=s,{backward_weighting:a,forward_weighting:l}=s;for(let c=0,h=0;c<e;c++)for(let m=0;m<o;m++,h++)i[h]=n[3*c+bo]*a[h]+n[3*c+xo]*r[h]+n[3*c+yo]*l[h];return i},explain:(s,t,e)=>M(x(s.now("read_modes",t,bo),s.now("backward_weighting",t,e)),x(s.now("read_modes",t,xo),s.now("read_content_weighting",t,e)),x(s.now("read_modes",t,yo),s.now("forward_weighting",t,e)))},Nn={name:"read_vectors",axes:"T R W",compute:(s,t,{sizes:{heads:e,locations:o,word:i}})=>So(s.read_weighting,s.memory,e,o,i),explain:(s,t,e)=>s.sum("n",s.sizes.locations,o=>x(s.now("memory",o,e),s.now("read_weighting",t,o)))},Cn={name:"output",axes:"T D",compute(s,t,e){let o=Float64Array.from(e.weights["output.bias"]),i=s[ue(e)],n=i.length+s.read_vectors.length;return C(o,e.weights["output.weight"],i,0,n),C(o,e.weights["output.weight"],s.read_vectors,0,n,i.length),o},explain(s,t){let{hidden:e,heads:o,word:i}=s.sizes,n=r=>s.weight("output.weight",t,r);return M(s.sum("q",e,r=>x(n(r),cs(s,r))),s.sum("i,w",o*i,r=>{let[a,l]=s.symbolic?["i","w"]:[Math.floor(r/i),r%i];return x(n(s.symbolic?"i,w":e+r),s.now("read_vectors",a,l))}),s.weight("output.bias",t))}},qt=[...wo,kn,$n,vn,An,_n,Sn,Mn,En,On,zn,Tn,Nn,Cn],Rn=[...ps,"output"],It=s=>s.weights?[...mo(s),...qt]:qt.filter(({name:t})=>!Rn.includes(t));var H=class{constructor(t,e){Object.assign(this,t,{given:e})}has(t){return t in this.arrays}names(t){return Object.keys(this.arrays).filter(e=>t(this.arrays[e]))}shapeOf(t){return this.arrays[t].shape.slice(1)}size(t){return gt(this.shapeOf(t))}at(t,e){let o=this.size(t),i=Math.min(e,this.steps-1)*o;return this.given[t].subarray(i,i+o)}},kt=class extends H{constructor(t,e){let o={};for(let[d,u]of Object.entries(t.arrays)){let f=e.arrays[d];if(!f||`${u.shape.slice(1)}`!=`${f.shape.slice(1)}`)continue;let g=Math.max(u.high,f.high)-Math.min(u.low,f.low);o[d]={...u,low:-g,high:g}}let{locations:i,word:n,heads:r,order:a,kind:l,answer:c}=t,h=`${t.label} − ${e.label}`,m=Math.max(t.steps,e.steps);super({locations:i,word:n,heads:r,order:a,kind:l,answer:c,label:h,steps:m,arrays:o}),Object.assign(this,{left:t,right:e,signed:!0})}at(t,e){let o=this.right.at(t,e);return Float64Array.from(this.left.at(t,e),(i,n)=>i-o[n])}};var jn=64e6,Ln=16,Eo=["memory","link"];function Fn({controller:s,sizes:t}){let{input:e,output:o,hidden:i,heads:n,word:r,layers:a}=t,l={"cell.interface.weight":[r*n+3*r+5*n+3,i],"cell.interface.bias":[r*n+3*r+5*n+3],"output.weight":[o,i+n*r],"output.bias":[o]};if(s==="feedforward")return{...l,"cell.controller.0.weight":[i,e+n*r],"cell.controller.0.bias":[i]};if(s!=="lstm")throw new Error(`The controller must be 'lstm' or 'feedforward', but is '${s}'.`);for(let c=0;c<a;c++){let h=a>1?`cell.controller.layers.${c}.`:"cell.controller.";l[`${h}weight_ih`]=[4*i,c?i:e+n*r],l[`${h}weight_hh`]=[4*i,i],l[`${h}bias_ih`]=l[`${h}bias_hh`]=[4*i]}return l}function ms(s){let{shapes:t}=s,e=Fn(s);for(let o of new Set([...Object.keys(e),...Object.keys(t)])){let[i,n]=[e,t].map(r=>r[o]&&`[${r[o]}]`);if(i!==n)throw new Error(`The weights '${o}' must be ${i??"absent"}, but are ${n??"absent"}: they are those of a model of other sizes.`);if(!s.weights[o].every(Number.isFinite))throw new Error(`The weights '${o}' hold NaN or infinity.`)}return s}var X=class s extends H{constructor(t,e,o=null){let{input:i,target:n,mask:r,given:a,disturbance:l=at,order:c,...h}=e,{input:m,word:d,heads:u}=t.sizes,f=qn(e,m),g=l.locations??t.sizes.locations,b={...t.sizes,locations:g},v={T:f,F:m,D:b.output,N:g,W:d,R:u};Je(l,t.table,{...v,N:t.sizes.locations}),super({label:"",keptBytes:jn,...h,steps:f,locations:g,word:d,heads:u,order:c?.length===g?c:Array.from({length:g},(y,$)=>$),disturbance:l,model:{...t,sizes:b},original:t,sequence:e},Object.fromEntries(Object.entries({...a,input:i,target:n,mask:r}).filter(([,y])=>y))),this.formulas=It(this.model),this.stepShapes={};for(let[y,{axes:$,optional:E}]of Object.entries(t.table))E||(this.stepShapes[y]=Nt({axes:$},v));for(let{name:y,axes:$}of this.formulas)this.stepShapes[y]??=Nt({axes:$},{...v,H:b.hidden});this.restored={},this.run(o),this.arrays=this.rows(t.table)}disturbed(t,e={}){let o={...this.sequence,...e,disturbance:t};return new s(this.original,o,this)}run(t){let{steps:e,locations:o,word:i}=this;this.thin=8*e*o*(o+i)>this.keptBytes,this.history=this.reusable(t);let n=this.history.length,r=this.zeros();if(n){r={...this.history[n-1]};for(let a of Eo)r[a]=t.at(a,n-1)}for(let a=n;a<e;a++){let l=this.advance(a,r);if(this.history.push(l),this.thin&&a>0&&(a-1)%Ln)for(let c of Eo)this.history[a-1][c]=void 0;r=l}}reusable(t){return t&&t.original===this.original&&t.locations===this.locations&&t.sequence.input===this.sequence.input?t.history.slice(0,es(t.disturbance,this.disturbance)):[]}zeros(){return Object.fromEntries(this.formulas.map(({name:t})=>[t,new Float64Array(gt(this.stepShapes[t]))]))}advance(t,e){let o={};for(let i of Object.keys(this.given))o[i]=this.edited(i,t,this.recorded(i,t));for(let{name:i,compute:n}of this.formulas){let r=this.edited(i,t,n(o,e,this.model)),a=0;for(let l=0;l<r.length;l++)a+=r[l];if(!Number.isFinite(a)&&!r.every(Number.isFinite))throw new Error(`The ${this.disturbance.edits.length?"disturbance":"model"} drives ${i} to NaN or infinity at step ${t}. Use smaller values.`);o[i]=r}return o}edited(t,e,o){return ts(this.disturbance,t,e,o,this.stepShapes[t])}recorded(t,e){let o=this.given[t].length/this.steps;return this.given[t].slice(e*o,(e+1)*o)}shapeOf(t){return this.stepShapes[t]??super.shapeOf(t)}at(t,e){return e=Math.min(e,this.steps-1),this.history[e][t]??this.restore(t,e)}restore(t,e){let{compute:o}=qt.find(r=>r.name===t),i=e;for(;!this.history[i][t]&&this.restored[t]?.step!==i;)i--;let n=this.history[i][t]??this.restored[t].values;for(;i<e;){let r={...this.history[i],[t]:n};i++,n=this.edited(t,i,o(this.history[i],r,this.model))}return this.restored[t]={step:e,values:n},n}rows(t){let e={};for(let[o,i]of Object.entries(t)){if(!(o in this.history[0]))continue;let n=this.history[0][o].length,r=this.stepShapes[o]??i.shape?.slice(1)??[n],[a,l]=["number","strength"].includes(i.kind)?this.range(o):[0,1];e[o]={...i,shape:[this.steps,...r],low:a,high:l}}return e}range(t){let[e,o]=[1/0,-1/0];for(let{[t]:i}of this.history)for(let n=0;i&&n<i.length;n++)i[n]<e&&(e=i[n]),i[n]>o&&(o=i[n]);return e<=o?[e,o]:[0,1]}};function qn({input:s,mask:t,target:e},o){let i=s.length/o;if(!Number.isInteger(i)||i<1)throw new Error(`The input must have ${o} numbers at each of one or more steps, but has ${s.length}.`);let n=s.findIndex(r=>!Number.isFinite(r));if(n>=0)throw new Error(`The input holds NaN or infinity at step ${Math.floor(n/o)}.`);if(t&&t.length!==i)throw new Error(`The mask must have ${i} steps, but has ${t.length}.`);if(e&&e.length%i)throw new Error(`The target must have ${i} steps, but has ${e.length} numbers.`);return i}var us=30;function ds(s,t){return s.reduce((e,{weight:o,bias:i,slope:n})=>{let r=Float64Array.from(i);return C(r,o,e),n===null?r:r.map(a=>a<0?n*a:a)},t)}var Oo=(s,t)=>4*Math.max(s,t),Bt=class s extends X{constructor(t,{agent:e,maze:o,disturbance:i,...n}){let r=Oo(o.length,Math.max(e.longest,us)),a=new Float64Array(r*t.sizes.input);super(t,{...n,agent:e,maze:o,disturbance:i,input:a,target:null,mask:null,given:{}})}disturbed(t,e={}){return new s(this.original,{...this.sequence,...e,disturbance:t})}run(){let{agent:t,given:e}=this,{sign:o,length:i}=this.maze,n=new it(o,i,Oo(i,t.longest)),r=this.model.sizes.input;this.history=[],this.scenes=[n.scene()];let a=this.zeros();for(;!n.over;){let l=this.history.length,c=Float64Array.from(n.observe());e.input.set(ds(t.encoder,c),l*r);let h=this.advance(l,a),m=ds(t.actor,h.output);wt(m,0,m.length);let d=m.indexOf(Math.max(...m)),u=n.step(d);this.history.push(Object.assign(h,{observation:c,action:Float64Array.of(d),action_probabilities:m,reward:Float64Array.of(u),value:ds(t.critic,h.output)})),this.scenes.push(n.scene()),a=h}this.steps=this.history.length,this.outcome=n.outcome,this.correct=n.correct}};var fs={[z]:"left",[T]:"right"},In="memory usage link precedence write_weighting read_weighting read_vectors".split(" "),fe=class{constructor(t){this.player=t,this.lab=t.laboratory,this.signs=[z,T].map(n=>{let r=`The sign points ${fs[n]}`;return w(`sign-${fs[n]}`,r,fs[n],()=>this.change({sign:n}))}),this.length=p("input",{type:"range",min:1,max:us,"aria-label":"length of the corridor","data-action":"corridor",oninput:()=>this.change({length:Number(this.length.value)})}),this.count=p("output",{}),this.wipe=w("wipe-memory","Set all locations to 0 after this step","",()=>this.forget(["memory"]));let e="Set all that it keeps to 0: memory, usage, links, weightings, and what it read";this.wipeAll=w("wipe-all",e,"Wipe all that it keeps",()=>this.forget(In)),this.verdict=p("p",{class:"mp-turns",role:"status"});let o=(...n)=>p("div",{class:"mp-tools"},...n),i=p("span",{class:"mp-group-of",role:"group","aria-label":"sign"},...this.signs);this.root=p("section",{class:"mp-agent","aria-label":"maze and memory of the agent"},o("sign",i,p("label",{},"corridor ",this.length,this.count),this.wipe,this.wipeAll),this.verdict),this.root.addEventListener("keydown",n=>{n.target===this.length&&n.key!=="Escape"&&n.stopPropagation()}),this.lab.root.prepend(this.root),this.follow()}change(t){let{lab:e}=this,o={...e.run.maze,...t};e.commit(),e.attempt(()=>{let i=e.run.disturbed(e.history.now,{maze:o});e.trial.plain=null,e.present(i)})}forget(t){let{step:e}=this.player,o={index:[],first:e,last:e,value:0};this.lab.edit(t.map(i=>({name:i,...o})))}follow(){this.wipe.textContent=`Wipe its memory at step ${this.player.step}`;let{run:t}=this.lab;if(t===this.told)return;this.told=t;let{sign:e,length:o}=t.maze;this.signs.forEach((i,n)=>i.setAttribute("aria-pressed",String([z,T][n]===e))),this.length.value=o,this.count.textContent=` ${o} ${o===1?"step":"steps"}`,this.verdict.textContent=Bn(t),this.verdict.dataset.correct=t.correct}};function Bn(s){let t=[z,T].map(r=>{let a=r===s.maze.sign,{outcome:l,correct:c}=a?s:s.disturbed(s.disturbance,{maze:{...s.maze,sign:r}});return l==="late"?{outcome:l,text:"it doesn't turn in time"}:{outcome:l,text:`it turns ${l}, ${c?"correctly":"wrongly"}`}}),[e,o]=t,n=e.outcome===o.outcome?" So the sign makes no difference to it.":"";return`Sign left: ${e.text}. Sign right: ${o.text}.${n}`}function ge(s,{type:t,offset:e,shape:o}){return new(t==="f8"?Float64Array:Float32Array)(s,e,gt(o))}function gs(s,t){let e=t.buffer.slice(t.byteOffset,t.byteOffset+t.byteLength);if(s.film){let i=s.film.frames.map(n=>Wn(s.runs[0],n,e));return{model:null,runs:[],frames:i}}let o=s.model?Dn(s,e):null;return{model:o,runs:s.runs.map(i=>To(i,e,o,s))}}function Dn({model:s,runs:t},e){let o={};for(let[n,r]of Object.entries(s.weights))o[n]=Float64Array.from(ge(e,r));let i=Object.fromEntries(Object.entries(s.weights).map(([n,{shape:r}])=>[n,r]));return ms({...s,weights:o,shapes:i,table:t[0].arrays})}function Wn(s,{places:t,...e},o){let i={};for(let[l,c]of Object.entries(s.arrays))i[l]={...c,...t[l]},t[l]||delete i[l].offset;let n={...s,...e,arrays:i},r=null,a=()=>{r=To(n,o,null,{});for(let[l,{low:c,high:h}]of Object.entries(i))Object.assign(r.arrays[l],{low:c,high:h});return r};return{recorded:new H(n,zo(n,o)),get run(){return r??a()}}}function zo({arrays:s},t){let e=Object.entries(s).filter(([,o])=>"offset"in o);return Object.fromEntries(e.map(([o,i])=>[o,ge(t,i)]))}function Pn({agent:s},t,e,o){let i=c=>c.map(({weight:h,bias:m,slope:d})=>({weight:Float64Array.from(ge(t,h)),bias:Float64Array.from(ge(t,m)),slope:d})),[n,r,a]=[s.encoder,s.actor,s.critic].map(i),l=s.options.corridor_length[1];return new Bt(e,{...o,agent:{encoder:n,actor:r,critic:a,longest:l},maze:s.maze})}function To({follows:s,disturbance:t,scenes:e,...o},i,n,r){let a=zo(o,i);if(o.scenes=e?Vs(e):null,!s)return new H(o,a);let{input:l,target:c,mask:h,...m}=a,d={...o,input:l,target:c,mask:h,given:m};if(s==="model"){let $=lt(r.disturbance??"");return r.agent?Pn(r,i,n,{...o,disturbance:$}):new X(n,{...d,disturbance:$})}let{arrays:u,locations:f,word:g,heads:b}=o,v={locations:f,word:g,heads:b,input:u.input.shape[1]};v.output=u.output.shape[1];let y={...lt(t),locations:null,words:null};return new X({sizes:v,weights:null,table:u},{...d,disturbance:y})}var Hn={N:"location",H:"unit",W:"position"},Un=["fraction","weighting","distribution","links"],Kn=.1,Dt=s=>/^[A-Z]$/.test(s)&&!"FDA".includes(s),we=({axes:s})=>s.split(" ").slice(1);function xe(s){let t={};for(let e of Object.values(s.arrays))we(e).forEach((o,i)=>{Dt(o)&&(t[o]=e.shape[i+1])});return t}function J(s,t){let e=we(s.arrays[t]),[o,i]=e,n=new Set(Object.values(s.arrays).map(we).filter(r=>r.length===2&&r.every(Dt)&&!r.includes("R")).filter(([r,a])=>r!==a).map(([,r])=>r));return e.length===0||o==="R"&&!Dt(i??"3")?"few":e.length===1?Dt(o)?n.has(o)?"vector":"places":"other":e.length>2||!e.every(Dt)?"other":o==="R"?n.has(i)?"vectors":"heads":o===i?"pairs":"words"}var U=(s,t)=>we(s.arrays[t]).filter(e=>e!=="R")[0];function ye(s,t){let e=new Map;for(let o of t){let i=U(s,o);e.set(i,[...e.get(i)??[],o])}return e}var B=({kind:s})=>Un.includes(s);function ct(s,t,e){let o=[];for(let i of s.arrays[t].shape.slice(1).reverse())o.unshift(e%i),e=Math.floor(e/i);return o.length?`${t}[${o.join(", ")}]`:t}function ws(s){let t=s.locations,e=new Float64Array(t),o=new Array(t).fill(s.steps),i=(n,r)=>s.at("write_weighting",n)[r]||0;for(let n=0;n<s.steps;n++)for(let r=0;r<t;r++)e[r]=Math.max(e[r],i(n,r));for(let n=s.steps-1;n>=0;n--)for(let r=0;r<t;r++)e[r]>=Kn&&i(n,r)>=e[r]/2&&(o[r]=n);return Array.from(o.keys()).sort((n,r)=>o[n]-o[r]||n-r)}var No=(s,t)=>({kind:s,count:t}),Wt=(s,t)=>({kind:s,count:t.length,names:t}),be=class{constructor(t,e,o){this.sizes=xe(t),this.simple=e,this.order=o}of(t){let e=this.sizes[t],i=[...t==="N"&&this.order?this.order:Array.from({length:e}).keys()],n=i.map((r,a)=>String(this.simple?a+1:r));return{kind:t,shared:!0,count:e,places:i,names:n}}say(t,e){return`${Hn[t]??"place"} ${this.of(t).names[e]}`}number(t,e){let{places:o,names:i}=this.of(t);return i[o.indexOf(e)]}};var F=s=>s.answer==="bits"&&s.has("output")&&s.has("target");function ke(s,t){if(s.signed){let e=ke(s.right,t);return ke(s.left,t).map((o,i)=>o-e[i])}return Float64Array.from(s.at("output",t),e=>1/(1+Math.exp(-e)))}function K(s,t){return s.signed?!0:s.has("mask")?s.at("mask",t)[0]>0:s.at("target",t).some(e=>e!==0)}function Q(s,t,e){if(s.signed||!K(s,t))return!1;let o=s.at("output",t)[e];return Number.isNaN(o)||o>0!=s.at("target",t)[e]>.5}function Pt(s){if(!F(s))return null;let t=s.size("output"),[e,o]=[0,0];for(let i=0;i<s.steps;i++)if(K(s,i)){o+=t;for(let n=0;n<t;n++)e+=Q(s,i,n)}return{wrong:e,asked:o}}var Ro="00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838",jo="053061 175290 2a71b2 3f8ec0 6bacd1 9bc9e0 c2ddec e0ecf3 f7f6f6 fbe5d8 fbccb4 f5aa89 e48066 d05548 ba2832 930e26 67001f",Gn=s=>s.split(" ").map(t=>[0,2,4].map(e=>parseInt(t.slice(e,e+2),16)));function Co(s){let t=Gn(s),e=new Uint32Array(256);for(let o=0;o<256;o++){let i=o/255*(t.length-1),n=Math.min(Math.floor(i),t.length-2),[r,a,l]=t[n].map((c,h)=>Math.round(c+(i-n)*(t[n+1][h]-c)));e[o]=255<<24|l<<16|a<<8|r}return e}var Lo={sequential:Co(Ro),diverging:Co(jo)},$e=s=>`linear-gradient(to right, ${(s==="diverging"?jo:Ro).split(" ").map(t=>"#"+t).join(", ")})`,Ht=(s,t)=>({kind:"sequential",low:s,high:t>s?t:s+1}),ht=s=>({kind:"diverging",low:-(s||1),high:s||1}),ve=Ht(0,1);var Fo=["backward","content","forward"],Yn={content:"read_content_weighting"};function pt(s,t,e){let o=0,i=0;for(let n=0;n<e;n++)i+=s[t+n],s[t+n]>s[t+o]&&(o=n);return{location:o,weight:s[t+o],total:i}}function G(s,t){let e=pt(s.at("write_weighting",t),0,s.locations),[o]=s.at("allocation_gate",t),i=o*s.at("allocation_weighting",t)[e.location],n=(1-o)*s.at("write_content_weighting",t)[e.location];return{...e,isAllocated:i>=n}}function Ae(s,t){if(t===0)return[];let{locations:e,heads:o}=s,i=s.at("free_gates",t),n=s.at("read_weighting",t-1);return Array.from({length:e},(r,a)=>a).filter(r=>{let a=1;for(let l=0;l<o;l++)a*=1-i[l]*n[l*e+r];return a<.5})}function Ut(s,t,e){let o=s.locations,i=pt(s.at("read_weighting",t),e*o,o),n=s.at("read_modes",t),r=Fo.map((c,h)=>{let m=s.at(Yn[c]??`${c}_weighting`,t);return n[e*3+h]*m[e*o+i.location]}),a=r.indexOf(Math.max(...r)),l=t?pt(s.at("read_weighting",t-1),e*o,o).location:null;return{...i,way:Fo[a],part:r[a],last:l}}var bs=.5,qo=.1,_e=s=>s.toFixed(2);function xs(s,t){if(t>=s.steps)return`This run ended with step ${s.steps-1}.`;if(!s.has("write_weighting"))return Do(s,t);let e=[],o=G(s,t);if(![o.weight,o.total].every(Number.isFinite))e.push("Its write is not a number.");else if(o.total<.1)e.push(`Writes next to nothing (${_e(o.total)}).`);else{let n=o.isAllocated?"newly allocated":"found by content",r=`location ${o.location} (${_e(o.weight)})`;o.weight>=o.total/2?e.push(`Writes to ${r}, ${n}.`):e.push(`Spreads its write, most of it to ${r}, ${n}.`)}let i=Ae(s,t);i.length>4?e.push(`Frees ${i.length} locations.`):i.length&&e.push(`Frees location${i.length>1?"s":""} ${i.join(", ")}.`);for(let n=0;n<s.heads;n++){let r=Ut(s,t,n);if(!Number.isFinite(r.weight))e.push(`Head ${n}'s read is not a number.`);else if(r.total<.1)e.push(`Head ${n} reads next to nothing (${_e(r.total)}).`);else{let a="found by content";r.way!=="content"&&(a=r.way==="backward"?"following the link backward":"following the link",t>0&&(a+=` from ${r.last}`));let l=`${r.location} (${_e(r.weight)})`;r.weight>=r.total/2?e.push(`Head ${n} reads ${l}, ${a}.`):e.push(`Head ${n} reads a mixture, most of it from ${l}, ${a}.`)}}return e.join(" ")}var Vn={dnc:"Differentiable neural computer (DNC)",gru:"Gated recurrent unit (GRU)",lstm:"Long short-term memory (LSTM)",elman:"Elman network",memoryless:"A model without memory"},Zn={write:"writes",read:"reads",target:"wanted"};function Se(s,t){if(t==="output"&&F(s))return"answer";let{label:e}=s.arrays[t];return Zn[e]??e}var Bo=s=>Vn[s.kind]??"A memory at work";function ys(s,t,e){if(t>=s.steps)return`This run ended with step ${s.steps-1}.`;if(!s.has("write_weighting"))return`${Do(s,t,n=>n+1)} ${Io(s,t)}`.trim();let o=new Map;for(let n=0;n<s.heads;n++){let r=Jn(s,t,n,e);o.set(r,[...o.get(r)??[],n+1])}let i=Array.from(o,([n,r])=>s.heads===1?`Reads ${n}.`:r.length===1?`Head ${r[0]} reads ${n}.`:`Heads ${r.slice(0,-1).join(", ")} and ${r.at(-1)} read ${n}.`);return[Xn(s,t,e),...i,Io(s,t)].join(" ").trim()}function Xn(s,t,e){let o=G(s,t);if(![o.weight,o.total].every(Number.isFinite))return"What it writes is not a number.";if(o.total<.1)return"Writes next to nothing.";let i=`location ${e(o.location)}`,n=o.isAllocated?"which was free":"because it resembles what the model looks for",r=o.total<bs?"Writes faintly":"Writes";return o.weight>=o.total/2?`${r} to ${i}, ${n}.`:`${o.total<bs?"Spreads a faint write":"Spreads its write"} over several locations, most of it to ${i}.`}function Jn(s,t,e,o){let i=Ut(s,t,e);if(!Number.isFinite(i.weight))return"something that is not a number";if(i.total<.1)return"next to nothing";let n=`location ${o(i.location)}`;if(i.weight<.1)return"a little of many locations";if(i.weight<i.total/2)return`a mixture of locations, most of it from ${n}`;let r="because it resembles what the model looks for";return i.way!=="content"&&i.last!==null&&(r=`which was written right ${i.way==="backward"?"before":"after"} location ${o(i.last)}`),`${i.total<bs?"faintly from ":""}${n}, ${r}`}function Do(s,t,e=o=>o){let[o]=s.names(m=>m.simple).filter(m=>J(s,m)==="places");if(!o)return s.has("memory")?"":"Remembers nothing of the steps before.";let i=s.at(o,t),n=t>0?s.at(o,t-1):new Float32Array(i.length),r=Array.from(i,(m,d)=>Math.abs(m-n[d]));if(!r.every(Number.isFinite))return"What it holds is not a number.";let a=r.indexOf(Math.max(...r)),l=r.filter(m=>m>=qo).length,c=m=>m.toFixed(2).replace("-","−");return`${l?`${l} of ${i.length} units change`:"No unit changes"} by ${qo} or more; unit ${e(a)} changes most, from ${c(n[a])} to ${c(i[a])}.`}function Io(s,t){if(!F(s)||!K(s,t))return"";let e=s.size("output"),o=0;for(let i=0;i<e;i++)o+=Q(s,t,i);return o?`${o} of the ${e} bits of its answer ${o>1?"are":"is"} wrong.`:e>1?`All ${e} bits of its answer are right.`:"Its answer is right."}function ks(s){let{run:t,simple:e}=s,i=s.names("words").map(r=>$t(t.arrays[r].label,s.shared([r])()));if(e){let r={text:Qn(s),...s.unit()},a={text:"input",...s.scaleOf("input")()};a.low===r.low&&a.high===r.high&&!t.signed?r.text=["input",r.text].filter(Boolean).join(", "):i.push($t(a.text,a)),r.text&&i.push($t(r.text,r))}else{let r=s.names("vector","vectors");r.length&&i.push($t("words of this step",s.shared(r)()));let a=s.names("places").filter(c=>!B(t.arrays[c]));a.length&&i.push($t("units",s.shared(a)()));let l=t.has("link")?"links, usage, weightings, gates":"gates";t.names(B).length&&i.push($t(t.signed?"differences":l,s.unit()))}let n=p("span",{class:"mp-bar-entry"},p("i",{class:"mp-hatch"}));return n.append("no number"),p("div",{class:"mp-legend"},...i,n)}function Qn({run:s}){return s.signed?"differences":[s.has("write_weighting")&&"weights",F(s)&&"probabilities"].filter(Boolean).join(", ")}function $t(s,{kind:t,low:e,high:o}){let i=p("i",{class:"mp-gradient",style:{background:$e(t)}}),n=`${s} ${P(e)}`;return p("span",{class:"mp-bar-entry"},n,i,P(o))}var tr=[["location","a row of the memory; counted in the order in which the run first writes to them"],["weight","how far a step writes to a location or reads it: 0 not at all, 1 wholly"],["free","not in use: nothing that is still needed stands there"],["probability","how likely the model finds it that a bit of the answer is 1"]];function Wo(s){let{run:t,simple:e}=s,o=t.names(r=>!e||r.simple),i=o.map(r=>{let{label:a,meaning:l}=t.arrays[r];return e?[Se(t,r),l]:[a===r?a:`${a} (${r})`,l]}),n=o.some(r=>["words","pairs"].includes(J(t,r)));return e&&n&&i.push(...tr),p("details",{class:"mp-keys mp-glossary"},p("summary",{},"What do the words mean?"),p("dl",{},...i.flatMap(([r,a])=>[p("dt",{},r),p("dd",{},a)])))}var Po="memorylab-player-level",$s=["simple","everything"];function Ho(){try{let s=localStorage.getItem(Po);return $s.includes(s)?s:$s[0]}catch{return $s[0]}}function Uo(s){try{localStorage.setItem(Po,s)}catch{}}var er=.1,vt=class{constructor(t,e){Object.assign(this,e),this.player=t;let o=this.canvas=p("canvas",{width:this.columns.count,height:this.rows.count,tabindex:"0",role:"application","aria-roledescription":"heatmap","aria-label":`${this.title}: ${this.rows.count} by ${this.columns.count}. Arrow keys move from cell to cell.`,"data-panel":this.name});this.context=o.getContext("2d",{alpha:!0}),this.image=this.context.createImageData(this.columns.count,this.rows.count),this.words=new Uint32Array(this.image.data.buffer),this.cell=null,this.marks=p("div",{class:"mp-marks"}),this.lights=p("div",{class:"mp-marks"}),this.frame=p("div",{class:"mp-frame"},o,this.marks,this.lights),o.addEventListener("pointermove",i=>this.point(i)),o.addEventListener("pointerleave",()=>t.select(null)),o.addEventListener("focus",()=>this.choose(this.cell??[0,0])),o.addEventListener("blur",()=>t.select(null)),o.addEventListener("keydown",i=>this.key(i)),o.addEventListener("click",i=>{this.choose(this.place(i)),t.tellCell(this,i)})}draw(t){let e=this.cells(t),{kind:o,low:i,high:n}=this.scale(),r=Lo[o],a=255/(n-i),{words:l}=this,c=this.columns.count;for(let h=0,m=0;h<this.rows.count;h++)for(let d=0;d<c;d++,m++){let u=e(h,d),f=(u-i)*a;l[m]=u!==u?0:r[f<0?0:f>255?255:f+.5|0]}this.context.putImageData(this.image,0,0)}place(t){let e=this.canvas.getBoundingClientRect(),o=(i,n,r)=>Math.max(0,Math.min(r-1,Math.floor(i/n*r)));return[o(t.clientY-e.top,e.height,this.rows.count),o(t.clientX-e.left,e.width,this.columns.count)]}point(t){this.choose(this.place(t))}choose(t){this.cell=t,this.player.select(this)}key(t){let e={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[0,-1],ArrowRight:[0,1]};if(t.ctrlKey||t.metaKey||t.altKey||!(t.key in e)&&t.key!=="Enter")return;if(t.preventDefault(),t.stopPropagation(),t.key==="Enter")return this.player.tellCell(this,t);let[o,i]=this.cell??[0,0],[n,r]=e[t.key];this.choose([Math.max(0,Math.min(this.rows.count-1,o+n)),Math.max(0,Math.min(this.columns.count-1,i+r))])}chosen(){let[t,e]=this.cell,o=[];for(let[{kind:i,shared:n},r]of[[this.rows,t],[this.columns,e]])n&&o.push([i,r]);return{panel:this,row:t,column:e,places:o}}readout(t){let[e,o]=this.cell,i=_(this.cells(t)(e,o));return`${this.tell(e,o,t)} = ${i}`}bar(t,e,o){let[{count:i},n,r]=t==="row"?[this.rows,"top","height"]:[this.columns,"left","width"],a={[n]:`${100*e/i}%`,[r]:`${100/i}%`};return p("div",{class:`mp-mark mp-${t} ${o}`,style:a})}mark(t){let{rows:e,columns:o}=this,i=[];if(t?.panel===this)i.push(this.bar("row",t.row,"mp-strong")),i.push(this.bar("column",t.column,"mp-strong"));else if(t){let n=({kind:a,shared:l})=>l?t.places.filter(c=>c[0]===a).map(c=>c[1]):[],r=[n(e),n(o)];e.shared&&e.kind===o.kind&&r[0].length&&r.splice(0,2,[r[0][0]],[r[0][1]??r[0][0]]),i.push(...r[0].map(a=>this.bar("row",a,""))),i.push(...r[1].map(a=>this.bar("column",a,"")))}this.marks.replaceChildren(...i)}shows(t){for(let e=0;e<this.rows.count;e++)for(let o=0;o<this.columns.count;o++)if(this.address(e,o).name===t)return!0;return!1}light(t,e){let o=[],{count:i}=this.rows,{count:n}=this.columns;for(let r=0;t.length&&r<i;r++)for(let a=0;a<n;a++){let l={step:e,...this.address(r,a)};if(!t.some(h=>["name","index","step"].every(m=>h[m]===l[m])))continue;let c={top:`${100*r/i}%`,left:`${100*a/n}%`,height:`${100/i}%`,width:`${100/n}%`};o.push(p("div",{class:"mp-lit",style:c}))}this.lights.replaceChildren(...o)}},Me=class extends vt{constructor(t,e){super(t,e),this.cursor=p("div",{class:"mp-cursor"}),this.frame.append(this.cursor),this.frame.classList.add("mp-time"),this.canvas.addEventListener("pointerdown",o=>{this.canvas.setPointerCapture(o.pointerId),this.seek(o)})}seek(t){let e=this.canvas.getBoundingClientRect();this.player.seek(Math.floor((t.clientX-e.left)/e.width*this.columns.count))}point(t){t.buttons&1&&this.seek(t),super.point(t)}draw(){}drawOnce(){super.draw(0),this.update?.()}follow(t){let e=100/this.columns.count;if(this.cursor.style.left=`${Math.min(t,this.columns.count-1)*e}%`,this.cursor.style.width=`max(3px, ${e}%)`,this.verdict?.(t),this.numbers){let o=this.cells(0);this.numbers.forEach((i,n)=>{let r=o(n,t);i.textContent=Number.isNaN(r)?"":r!==0&&Math.abs(r)<.001?"0.000":P(r)})}}},Ee=class extends vt{constructor(t,e){super(t,e),this.path=A("path",{class:"mp-bar"}),this.missing=A("path",{class:"mp-missing"});let o={viewBox:`0 0 100 ${this.rows.count}`,preserveAspectRatio:"none"};this.canvas.after(A("svg",{...o,"aria-hidden":"true"},this.path,this.missing)),this.canvas.setAttribute("aria-roledescription","bars"),this.frame.classList.add("mp-bars",this.tone),this.notes=p("div",{class:`mp-notes ${this.tone}`,"aria-hidden":"true"})}draw(t){let e=this.cells(t),{low:o,high:i}=this.scale(),n=m=>{let d=Math.max(0,Math.min(1,(m-o)/(i-o)));return 100*(this.mirrored?1-d:d)},{count:r}=this.rows,a=this.height/r>=11,l="",c="",h=[];for(let m=0;m<r;m++){let d=e(m,0);if(d!==d){c+=`M0 ${m+.5}h100`;continue}let u=n(0);l+=`M${u.toFixed(2)} ${m+.12}v.76H${n(d).toFixed(2)}v-.76z`;let f=Math.abs(d);f<er*i||(a?h.push([m,d]):(!h.length||f>Math.abs(h[0][1]))&&(h=[[m,d]]))}this.path.setAttribute("d",l),this.missing.setAttribute("d",c),this.notes.replaceChildren(...h.map(([m,d])=>{let u={top:`${100*(m+.5)/r}%`};return p("span",{style:u},d.toFixed(2).replace("-","−"))}))}};var sr=180;function Oe(s,t,e,o,i){let{name:n=`${t} over time`,scale:r,height:a,numbers:l=!1,tell:c,meaning:h,tone:m=""}=i,d=i.at??((y,$)=>s.run.at(y,$)),u={},f=()=>(y,$)=>{if($>=s.run.steps)return NaN;let[E,et]=o(y);return u[E]??=Array.from({length:s.run.steps},(k,N)=>d(E,N).slice()),u[E][$][et]},g=new Me(s.player,{name:n,title:`${t} over time`,view:s,rows:e,columns:{kind:"time",count:s.player.steps},scale:r,cells:f,tell:(y,$)=>`step ${$}, ${c(y)}`,address(y,$){let[E,et]=o(y);return{name:E,index:et,step:$}},forget:()=>u={}});g.canvas.style.height=`${a}px`,s.lines.push(g);let b=p("div",{class:`mp-line-label ${m}`,title:h});e.names&&!e.shared&&e.count>1?(b.classList.add("mp-line-names"),b.append(...e.names.map((y,$)=>p("span",{title:e.titles?.[$]},y)))):b.append(t);let v=p("div",{class:"mp-line-right"});return i.verdict?(g.verdict=y=>v.textContent=i.verdict(y),v.classList.add("mp-verdict")):l?(g.numbers=Array.from({length:e.count},()=>p("span",{})),v.append(...g.numbers)):g.update=()=>v.replaceChildren(or(r())),{panel:g,root:p("div",{class:"mp-line"},b,g.frame,v)}}function or({kind:s,low:t,high:e}){if(t===0&&e===1)return"";let o={background:$e(s).replace("to right","to top")},i=p("i",{class:"mp-gradient mp-upright",style:o}),n=[e,t].map(r=>p("span",{},P(r)));return p("span",{class:"mp-range"},n[0],i,n[1])}function ze(s){let t=Qt(s,sr,22),e=p("div",{class:"mp-ticks mp-ticks-column"});for(let o=0;o<s;o+=t)e.append(p("span",{style:{left:`${100*(o+.5)/s}%`}},`${o}`));return p("div",{class:"mp-line mp-clock","aria-hidden":"true"},p("div",{class:"mp-line-label"},"step"),e)}var Yo=13;function Vo(s){let{run:t}=s,e=()=>ze(s.player.steps);return{step:ir(s),whole:[Zo("Over the whole run",[...lr(s),e(),e()],!0),...cr(s,!(t.heads>4))]}}function Zo(s,t,e){let o=p("summary",{},s),i=p("div",{class:"mp-grid"},...t),n=p("details",{class:"mp-group"},o,i);return n.open=e,n}function ir(s){let{run:t,compact:e}=s,o=s.crowded?7:e?9:12,i=(u,f)=>Math.max(96,Math.min(f,u*o)),n=u=>i(s.axes.sizes[u],e?176:240),r=i(t.word??0,e?176:240),a=t.frame?[s.frame(t.frame)]:[];for(let u of s.names("words"))a.push(nr(s,u,r,n));for(let u of s.names("pairs"))a.push(rr(s,u,n));let l=[];for(let[u,f]of ye(t,s.names("places")))for(let g of[!1,!0]){let b=f.filter($=>B(t.arrays[$])===g);if(!b.length)continue;let v=u==="N"?"writing":g?"gates":"units",y=($,E)=>`${$} of ${s.axes.say(u,E)}`;l.push(Ko(s,{title:v,letter:u,names:b,start:0,say:y},n(u)))}let c=s.names("heads");for(let u=0;c.length&&u<t.heads;u++){let f=U(t,c[0]),g=(y,$)=>`head ${u}, ${y}, ${s.axes.say(f,$)}`,b=u*s.axes.sizes[f],v={title:`head ${u}`,letter:f,names:c,start:b,say:g};l.push(Ko(s,v,n(f)))}let h=s.names("vector","vectors"),m=(u,...f)=>p("div",{class:`mp-band ${u}`},...f),d=[m("",...a)];return h.length&&d.push(ar(s,h,r)),[m("",m("mp-stack",...d),...l)]}function nr(s,t,e,o){let{axes:i,run:n}=s,[r,a]=n.arrays[t].axes.split(" ").slice(1),[l,c]=[i.of(r),i.of(a)],h={name:t,title:n.arrays[t].label,meaning:n.arrays[t].meaning,rows:l,columns:c,scale:s.shared([t]),arrays:[t],index:(m,d)=>l.places[m]*c.count+d,tell:(m,d)=>`${t}[${l.names[m]}, ${d}]: ${i.say(r,m)}, ${i.say(a,d)}`};return s.figure(h,e,o(r))}function rr(s,t,e){let{axes:o,run:i}=s,n=U(i,t),r=o.of(n),a=i.arrays[t].kind==="links"?"written right after":"and",l={name:t,title:i.arrays[t].label,meaning:i.arrays[t].meaning,rows:r,columns:r,scale:s.scaleOf(t),arrays:[t],index:(c,h)=>r.places[c]*r.count+r.places[h],tell:(c,h)=>`${t}[${r.names[c]}, ${r.names[h]}]: ${o.say(n,c)} ${a} ${r.names[h]}`};return s.figure(l,e(n),e(n))}function Ko(s,{title:t,letter:e,names:o,start:i,say:n},r){let a=s.axes.of(e),l=o.map(d=>s.run.arrays[d].label),c=o.map(d=>s.run.arrays[d].meaning),h=o.every(d=>B(s.run.arrays[d])),m={name:t,title:t,rows:a,columns:{...Wt("quantity",l),titles:c},scale:h?s.unit:s.shared(o),arrays:o,pick:(d,u)=>u,index:d=>i+a.places[d],tell:(d,u)=>n(l[u],d)};return s.figure(m,o.length*(s.compact?15:18),r)}function ar(s,t,e){let o=s.entries(t),i=o.map(({label:a})=>a),n=s.run.arrays[t[0]].axes.split(" ").at(-1),r={name:"vectors",title:"words of this step",rows:{...Wt("vector",i),titles:o.map(({meaning:a})=>a)},columns:s.axes.of(n),scale:s.shared(t),arrays:o.map(({name:a})=>a),pick:a=>a,index:(a,l)=>o[a].index+l,tell:(a,l)=>`${i[a]}, position ${l}`};return s.figure(r,e,o.length*Yo)}var Xo=({kind:s})=>s==="strength";function lr(s){let{run:t}=s,e=c=>B(t.arrays[c])||Xo(t.arrays[c]),i=t.names(()=>!0).filter(c=>t.size(c)>0).filter(c=>{let h=J(t,c);return c===t.frame?.name?!1:h==="other"||h==="few"&&!e(c)}),n=["usage","write_weighting","read_weighting"].filter(c=>t.has(c)),r=s.names("places").filter(c=>U(t,c)!=="N"),a=s.entries([...n,...r]),l=Math.min(s.compact?64:96,(s.compact?200:360)/a.length);return[...i.map(c=>Gt(s,c)),...a.map(c=>{let h=s.axes.sizes[U(t,c.name)],m=Math.max(s.crowded?28:40,Math.min(l,h*(s.crowded?2:4)));return vs(s,c,{height:m})})].map(({root:c})=>c)}function Gt(s,t,e={}){let{label:o,meaning:i}=s.run.arrays[t],n=s.run.size(t),r=n===1,a=r?Wt("feature",[o]):No("feature",n);return Oe(s,e.label??o,a,l=>[t,l],{name:`${o} over time`,scale:s.scaleOf(t),height:r?16:Math.max(s.crowded?24:s.compact?30:36,Math.min(72,n*(s.crowded?3:5))),numbers:r,tell:l=>r?o:`${o} ${l}`,meaning:i,...e})}function vs(s,{label:t,name:e,index:o,meaning:i},n={}){let r=U(s.run,e),a=s.axes.of(r);return Oe(s,n.label??t,a,l=>[e,o+a.places[l]],{name:`${t} over time`,scale:s.scaleOf(e),tell:l=>`${t} of ${s.axes.say(r,l)}`,meaning:i,...n})}function cr(s,t){let{run:e}=s,o=s.names("few"),i=o.filter(l=>B(e.arrays[l])),n=o.filter(l=>Xo(e.arrays[l])),r=()=>{let l=Math.max(1.001,...n.map(c=>s.run.arrays[c].high));return s.run.signed?ht(l):Ht(1,l)},a=[];return i.length&&a.push(Go(s,"gates",i,s.unit)),n.length&&a.push(Go(s,"strengths",n,r)),a.length?[Zo("Gates, read modes, strengths",a,t)]:[]}function Go(s,t,e,o){let i=s.entries(e),n=i.map(({label:h})=>h),r={...Wt("gate",n),titles:i.map(({meaning:h})=>h)},a=h=>[i[h].name,i[h].index],l=h=>n[h],c=i.length*Yo;return Oe(s,t,r,a,{scale:o,height:c,numbers:!0,tell:l}).root}var hr=.1,pr={wide:{row:19,least:160,most:304,word:15,side:52,own:150,line:52,placed:152},laboratory:{row:13,least:120,most:208,word:13,side:52,own:150,line:38,placed:106},crowded:{row:5,least:80,most:112,word:9,side:40,own:100,line:22,placed:52},compact:{row:8,least:120,most:152,word:9,side:40,own:100,line:30,placed:80}},Yt=({compact:s,crowded:t,player:e})=>pr[t?"crowded":s?"compact":e.network?"laboratory":"wide"];function Jo(s){return{step:mr(s),whole:wr(s)}}var Vt=(s,t,e)=>Math.max(s,Math.min(t,e));function mt(s,t,e=null){let o=Se(s.run,t);return e===null||s.run.heads===1?o:`${o} (head ${e+1})`}function mr(s){let{run:t}=s,e=t.frame?[s.frame(t.frame)]:[],o=s.names("words","places","heads");for(let[i,n]of ye(t,o))e.push(dr(s,i,n));return o.length||e.push(p("p",{class:"mp-nothing"},"Nothing is kept from step to step, so there is no memory to show.")),e}function dr(s,t,e){let{run:o,axes:i}=s,n=i.of(t),{row:r,least:a,most:l}=Yt(s),c=Vt(a,n.count*r,l),h=e.filter(k=>s.names("words").includes(k)),m=e.filter(k=>s.names("places").includes(k)),d=e.filter(k=>s.names("heads").includes(k)),u=s.ticks("row",n,c);u.style.height=`${c}px`;let f=i.say(t,0).split(" ")[0],g=[As(s.simple?f:"","","",u)],b=h.length>0,v=(k,N=null)=>fr(s,t,{name:k,head:N,height:c,beside:b}),y=(k,N,W)=>{let Jt=W.flatMap(({frame:St,notes:Ws,mirrored:Ei})=>W.length>1?[St]:Ei?[Ws,St]:[St,Ws]);for(let{notes:St}of W)St.style.height=`${c}px`;let dt=p("div",{class:"mp-side"},...Jt);return g.push(As(N,o.arrays[k].meaning,W[0].tone,dt)),W},$=m.flatMap(k=>y(k,mt(s,k),[v(k)])),E=h.map(k=>ur(s,t,k,c));E.forEach((k,N)=>{let{label:W,meaning:Jt}=o.arrays[h[N]],dt=As(W,Jt,"mp-centre",k.frame);dt.classList.add("mp-shrinks"),g.push(dt)});let et=d.flatMap(k=>{let N=mt(s,k)+(o.heads>1?` (heads 1–${o.heads})`:""),W=Array.from({length:o.heads},(Jt,dt)=>v(k,dt));return y(k,N,W)});if(!o.signed)for(let k of E)gr(s,k,[...$,...et]);return p("figure",{class:"mp-memory"},...g)}function As(s,t,e,o){let i=p("figcaption",{class:e,title:t||null},s);return p("div",{class:"mp-part"},i,o)}function ur(s,t,e,o){let{axes:i,run:n}=s,r=n.arrays[e].axes.split(" ").at(-1),[a,l]=[i.of(t),i.of(r)],c=(m,d)=>a.places[m]*l.count+d,h={name:e,title:n.arrays[e].label,rows:a,columns:l,scale:s.shared([e]),arrays:[e],index:c,tell:(m,d)=>`${i.say(t,m)}, ${i.say(r,d)} (${ct(n,e,c(m,d))})`};return s.panel(h,Vt(96,l.count*Yt(s).word,240),o)}function fr(s,t,{name:e,head:o,height:i,beside:n}){let{axes:r,run:a}=s,{side:l,own:c}=Yt(s),h=r.of(t),m=(o??0)*h.count,{label:d}=a.arrays[e],u=mt(s,e,o),f=v=>m+h.places[v],g=o===null?l:Vt(10,120/a.heads,l),b={name:`${d}${o===null?"":` ${o}`} now`,title:`${u} now`,rows:h,columns:{kind:"quantity",count:1},scale:s.scaleOf(e),arrays:[e],index:f,tell:v=>`${u}, ${r.say(t,v)} (${ct(a,e,f(v))})`,tone:n?o===null?"mp-write":"mp-read":"mp-own",mirrored:n&&o===null};return s.panel(b,n?g:c,i,Ee)}function gr(s,t,e){let o=p("div",{class:"mp-marks"});t.frame.append(o),s.touched.push(i=>{let n=e.map(r=>{let a=r.cells(i),l=0;for(let c=1;c<r.rows.count;c++)a(c,0)>a(l,0)&&(l=c);return a(l,0)>=hr?t.bar("row",l,`mp-touch ${r.tone}`):""});o.replaceChildren(...n)})}function wr(s){let{run:t}=s,e=[],{line:o}=Yt(s),i=m=>Vt(Math.min(34,o-4),m*7,o),n=(m,d=mt(s,m))=>{let u=t.size(m)===1,f=u?16:i(t.size(m)),g=b=>`${d}${u?"":` ${b+1}`} (${ct(t,m,b)})`;e.push(Gt(s,m,{label:d,height:f,tell:g}).root)},r=s.names("other","few"),a=oe(t)&&t.has("action_probabilities")&&t.has("observation"),[l,c]=a?["observation","action_probabilities"]:["input","output"];t.has(l)&&t.frame?.name!==l&&n(l,a?"sees":void 0);for(let m of br(s))e.push(vs(s,...m).root);F(t)?e.push(...xr(s,i)):t.has(c)&&n(c,a?"does":void 0);let h=["input","output",...a?["action"]:[]];for(let m of r.filter(d=>!h.includes(d)))(m!=="target"||!F(t))&&n(m);return[...e,ze(s.player.steps)]}function br(s){let{run:t,axes:e}=s,o=s.entries(s.names("places","heads")),i=Yt(s).placed/Math.max(2,o.length);return o.map(n=>{let r=U(t,n.name),a=e.sizes[r],l=n.index/a,c=t.arrays[n.name].axes.startsWith("T R"),h=mt(s,n.name,c?l:null),{places:m}=e.of(r),d=b=>`${h}, ${e.say(r,b)} (${ct(t,n.name,n.index+m[b])})`,u=Vt(24,i,Math.max(56,a*5)),f=c&&t.heads>1?`head ${l+1}`:h;return[n,{label:f,tell:d,height:u,tone:r==="N"?c?"mp-read":"mp-write":""}]})}function xr(s,t){let e=s.run.size("output"),o=t(e),{meaning:i}=s.run.arrays.output,r=Gt(s,"output",{label:mt(s,"output"),height:o,at:(m,d)=>ke(s.run,d),scale:()=>s.run.signed?ht(1):ve,tell:m=>`probability that bit ${m+1} is 1 (from output[${m}])`,meaning:`${i}: how likely the model finds it that a bit is 1; a wrong bit is marked`,verdict:m=>yr(s.run,m)}),a=A("path",{class:"mp-wrong"}),l=A("path",{class:"mp-veil"}),c={viewBox:`0 0 ${s.player.steps} ${e}`,preserveAspectRatio:"none"};r.panel.canvas.after(A("svg",{...c,"aria-hidden":"true"},l,a)),r.panel.update=()=>{let{run:m}=s,d="",u="";for(let f=0;f<m.steps;f++){K(m,f)||(u+=`M${f} 0h1v${e}h-1z`);for(let g=0;g<e;g++)Q(m,f,g)&&(d+=`M${f+.2} ${g+.15}h.6v.7h-.6z`)}a.setAttribute("d",d),l.setAttribute("d",u)};let h=m=>`wanted bit ${m+1} (target[${m}])`;return[r.root,Gt(s,"target",{label:mt(s,"target"),height:o,tell:h}).root]}function yr(s,t){let e=s.size("output");if(s.signed||t>=s.steps||!K(s,t))return"";let o=0;for(let i=0;i<e;i++)o+=!Q(s,t,i);return`${o} of ${e} right`}var Te=class{constructor(t,e,{simple:o,order:i,compact:n}){Object.assign(this,{player:t,run:e,simple:o,compact:n}),this.crowded=n&&!!t.network,this.axes=new be(e,o,i),this.panels=[],this.lines=[],this.touched=[],this.words=p("p",{class:"mp-words","aria-live":"polite"}),this.world=oe(e)?new se(this):null;let r=this.world?[this.world.root]:[],a=o?Jo(this):Vo(this),l=e.label?"":e.about,c=p("header",{class:"mp-title"},p("h3",{},e.label||Bo(e)),...l?[p("span",{},l)]:[]);this.root=p("section",{class:"mp-view","aria-label":e.label||"run"},c,this.words,...o?r:[],p("div",{class:"mp-main"},p("div",{class:"mp-step"},...o?[]:r,...a.step),p("div",{class:"mp-whole"},...a.whole)));for(let h of this.lines)h.drawOnce()}show(t){this.run=t;for(let e of this.lines)e.forget(),e.drawOnce()}names(...t){let{run:e,simple:o}=this;return e.names(i=>!o||i.simple).filter(i=>t.includes(J(e,i)))}scaleOf(t){return()=>{let e=this.run.arrays[t];if(B(e))return this.unit();let{low:o,high:i}=e;return this.run.signed||o<0?this.shared([t])():Ht(0,Math.max(i,1e-9))}}shared(t){return()=>{let e=t.map(o=>this.run.arrays[o]);return ht(Math.max(...e.map(({low:o,high:i})=>Math.max(-o,i))))}}unit=()=>this.run.signed?ht(1):ve;panel({arrays:t,pick:e=()=>0,index:o,...i},n,r,a=vt){let l=m=>{let d=t.map(u=>this.run.at(u,m));return(u,f)=>d[e(u,f)][o(u,f)]},c=(m,d)=>({name:t[e(m,d)],index:o(m,d)}),h=new a(this.player,{...i,view:this,height:r,cells:l,address:c});return this.panels.push(h),Object.assign(h.canvas.style,{width:`${n}px`,height:`${r}px`}),h}figure(t,e,o){let i=this.panel(t,e,o),n=p("div",{class:"mp-body"},this.ticks("row",i.rows,o)),r=i.columns.names&&!i.columns.shared?"named":"column";n.append(i.frame,this.ticks(r,i.columns,e));let a=[i.title,t.meaning].filter(Boolean).join(": "),l=p("figcaption",{title:a},i.title);return p("figure",{},l,n)}ticks(t,{count:e,names:o,titles:i},n){let a=t==="named"||o?.[0]?.length>4?1:Qt(e,n,t==="row"?12:22),l=p("div",{class:`mp-ticks mp-ticks-${t}`,"aria-hidden":"true"});for(let c=0;c<e;c+=a){let h={[t==="row"?"top":"left"]:`${100*(c+.5)/e}%`};l.append(p("span",{style:h,title:i?.[c]},String(o?o[c]:c)))}return l}entries(t){let{run:e}=this,o=[];for(let i=-1;i<(e.heads??0);i++)for(let n of t){let{axes:r,label:a,columns:l,meaning:c}=e.arrays[n],h=r.startsWith("T R");if(h!==i>=0)continue;let m=h?e.size(n)/e.heads:e.size(n);(l.length?l:[a]).forEach((u,f)=>o.push({label:h?`${u} ${i}`:u,name:n,index:(h?i*m:0)+f,size:m,meaning:c}))}return o}frame({name:t,height:e,width:o,channels:i}){let{label:n}=this.run.arrays[t],a=p("canvas",{width:o,height:e,...{role:"img","aria-label":n,"data-panel":"frame"}}),l=a.getContext("2d"),c=l.createImageData(o,e);return a.style.width=`${Math.max(120,Math.min(320,o*8))}px`,this.drawFrame=h=>{let{low:m,high:d}=this.run.arrays[t],u=this.run.at(t,h);for(let f=0;f<o*e;f++)for(let g=0;g<4;g++){let b=u[f*i+Math.min(g,i-1)];c.data[f*4+g]=g===3?255:255*(b-m)/(d-m||1)}l.putImageData(c,0,0)},p("figure",{},p("figcaption",{},n),a)}draw(t){for(let e of this.panels)e.draw(t);for(let e of this.lines)e.follow(t);for(let e of this.touched)e(t);this.drawFrame?.(t),this.world?.draw(t),this.words.textContent=this.tell(t)}tell(t){let{run:e}=this;if(e.signed)return"Red is more in the first run, blue more in the second.";let o=n=>this.axes.number("N",n),i=this.simple?ys(e,t,o):xs(e,t);return[this.world?.tell(t),i].filter(Boolean).join(" ")}mark(t){for(let e of[...this.panels,...this.lines])e.mark(t)}light(t,e){for(let o of[...this.panels,...this.lines])o.light(t,e)}};function kr(s,t){let e=({label:o,kind:i,answer:n,steps:r,arrays:a})=>JSON.stringify([o,i,n,r,Object.values(a).map(l=>l.shape)]);return e(s)===e(t)&&`${Object.keys(s.arrays)}`==`${Object.keys(t.arrays)}`}var Ne=class{constructor(t,e){this.player=t,this.level=e??Ho(),this.shown=0,this.root=p("div",{class:"mp-views"}),this.foot=p("footer",{class:"mp-foot"});let o=(i,n,...r)=>p("span",{class:`mp-group-of ${n}`,role:"group","aria-label":i},...r);this.levels=Object.entries({simple:"what matters first",everything:"every array"}).map(([i,n])=>w(i,`Show ${n}`,i,()=>this.setLevel(i))),this.tabs=o("runs shown","mp-tabs"),this.buttons=[o("how much is shown","mp-levels",...this.levels),this.tabs]}build(t){this.runs=t,this.player.chosen=null,this.difference=null,this.orders=this.orderRows(t),this.views=t.map((r,a)=>this.viewOf(r,this.orders[a])),this.player.root.dataset.level=this.level,this.root.dataset.runs=t.length,this.root.replaceChildren(...this.views.map(r=>r.root));for(let r of this.levels)r.setAttribute("aria-pressed",String(r.dataset.action===this.level));let o=t.map((r,a)=>r.label||`run ${a+1}`).map((r,a)=>w(`run-${a}`,`Show ${r}`,r,()=>this.tab(a)));this.comparable()&&o.push(w("difference","Show the difference (d)","difference",()=>this.toggleDifference())),this.tabs.replaceChildren(...t.length>1?o:[]);let n=this.shown==="difference"&&this.comparable()?"difference":0;this.shown=this.before=0,this.tab(n),this.player.tellShown()}viewOf(t,e){let o=this.runs.length>1&&!t.signed;return new Te(this.player,t,{simple:this.level==="simple",order:e,compact:o})}orderRows(t){if(this.level!=="simple")return t.map(o=>o.order);let[e]=t;return t.map(o=>{if(!o.has("write_weighting"))return o.order;let i=e.has("write_weighting")&&e.locations===o.locations;return ws(i?e:o)})}show(t,e){return t.length===this.runs.length&&t.every((i,n)=>kr(i,this.runs[n]))&&!(e&&`${this.orderRows(t)}`!=`${this.orders}`)?(this.runs=t,this.views.forEach((i,n)=>i.show(t[n])),this.difference?.show(new kt(...t)),this.foot.firstChild.replaceWith(ks(this.front)),this.player.tellShown(),!0):(this.build(t),!1)}setLevel(t,e=!0){e&&Uo(t),this.level!==t&&(this.level=t,this.player.select(null),this.build(this.runs))}comparable(){let[t,e]=this.runs;return!e||t.kind!==e.kind?!1:JSON.stringify(xe(t))===JSON.stringify(xe(e))}tab(t){t==="difference"&&!this.difference&&(this.difference=this.viewOf(new kt(...this.runs),this.orders[0]),this.difference.root.dataset.difference="true",this.root.append(this.difference.root)),t!=="difference"&&(this.difference?.root.remove(),this.difference=null),this.shown=t,this.root.dataset.shown=t,[...this.views,this.difference].forEach((e,o)=>{e&&(e.root.dataset.shown=e===this.difference||o===t)});for(let e of this.tabs.children){let{action:o}=e.dataset,i=o==="difference"?t===o:o===`run-${t}`;e.setAttribute("aria-pressed",String(i))}this.showFoot(),this.player.draw()}toggleDifference(){if(this.comparable()){if(this.shown==="difference")return this.tab(this.before);this.before=this.shown,this.tab("difference")}}showFoot(){let t=[...this.foot.querySelectorAll("details")].map(o=>o.open),e=p("details",{class:"mp-keys"},p("summary",{},"keys"),"space plays and pauses · ← → or , . step · page up and page down go ten steps · home and end · + − change the speed · d shows the difference of two runs · "+(this.player.film?"shift with ← → moves through training · ":"")+"in a picture the arrow keys move from cell to cell, enter explains a number, escape leaves it"+(this.player.network?" · delete wipes a location or cuts a link · ctrl+z undoes":""));this.foot.replaceChildren(ks(this.front),Wo(this.front),e),this.foot.querySelectorAll("details").forEach((o,i)=>o.open=!!t[i])}get front(){return this.difference??this.views[this.shown]}get all(){return this.difference?[...this.views,this.difference]:this.views}};var $r=4,vr=120,_s=100,Ce=class{constructor(t,e,o){Object.assign(this,{player:t,frames:o,labels:e.labels});let{model:i}=t;this.frame=Math.min(i.get("frame")??1/0,o.length-1),this.errors=o.map(({recorded:n})=>Pt(n)),t.runs=[o[this.frame].run],this.build(),this.tell(),t.root.addEventListener("keydown",n=>this.key(n),{capture:!0}),this.onModelFrame=()=>this.seek(i.get("frame"),!1),i.on("change:frame",this.onModelFrame)}build(){this.playButton=p("button",{type:"button","data-action":"play-film",onclick:()=>this.toggle()}),this.slider=p("input",{type:"range",min:0,max:this.frames.length-1,"aria-label":"training",title:"Through training (shift and arrow keys)",oninput:()=>this.seek(Number(this.slider.value))}),this.slider.addEventListener("keydown",o=>{o.key!=="Escape"&&o.stopPropagation()}),this.told=p("output",{class:"mp-film-told"});let t=this.errors[0]?[this.curve()]:[],e=p("div",{class:"mp-film-track"},...t,this.slider);this.root=p("div",{class:"mp-controls mp-film",role:"toolbar","aria-label":"training"},this.playButton,e,this.told),this.toggle(!1)}curve(){let{errors:t}=this,e=t.map(({wrong:l,asked:c})=>l/(c||1)),o=Math.max(...e,1e-9),i=l=>_s*l/Math.max(1,t.length-1),n=e.map((l,c)=>`${i(c)} ${1-l/o}`),r={viewBox:`0 -0.1 ${_s} 1.2`,preserveAspectRatio:"none"};this.here=A("path",{class:"mp-film-here"});let a=A("path",{d:`M${n.join("L")}`});return A("svg",{...r,role:"img","aria-label":"wrong bits over training"},a,this.here)}tell(){let{frame:t}=this,e=this.errors[t],o=e?` · ${e.wrong} of ${e.asked} bits wrong`:"";this.slider.value=t,this.told.textContent=`training ${this.labels[t]}${o}`,this.slider.setAttribute("aria-valuetext",this.told.textContent);let i=_s*t/Math.max(1,this.frames.length-1);this.here?.setAttribute("d",`M${i} -0.1v1.2`)}seek(t,e=!0){if(t=Math.max(0,Math.min(this.frames.length-1,t)),t===this.frame)return;this.frame=t;let o=this.player.root.querySelector("canvas:focus")?.dataset.panel;this.player.show([this.frames[t].run],{reorder:!0}),o&&!this.player.root.querySelector("canvas:focus")&&this.player.root.querySelector(`[data-panel="${CSS.escape(o)}"]`)?.focus(),this.tell(),e&&(clearTimeout(this.timer),this.timer=setTimeout(()=>this.sync(),vr))}sync(){let{model:t}=this.player;t.get("frame")!==this.frame&&(t.set("frame",this.frame),t.save_changes())}toggle(t=!this.playing){this.playing=t;let e=t?"Pause the training":"Play through training";this.playButton.replaceChildren(Mt(t?"pause":"play")),this.playButton.title=e,this.playButton.setAttribute("aria-label",e),clearInterval(this.interval),t&&(this.frame===this.frames.length-1&&this.seek(0),this.interval=setInterval(()=>{this.seek(this.frame+1),(this.frame===this.frames.length-1||!this.root.isConnected)&&this.toggle(!1)},1e3/$r))}key(t){let{key:e,shiftKey:o,ctrlKey:i,metaKey:n,altKey:r,target:a}=t,l={ArrowLeft:-1,ArrowRight:1}[e];!o||i||n||r||!l||a.type==="text"||(t.preventDefault(),t.stopPropagation(),this.seek(this.frame+l))}destroy(){this.toggle(!1),clearTimeout(this.timer),this.player.model.off("change:frame",this.onModelFrame)}};function Qo(){try{return decodeURIComponent(location.hash.slice(1))}catch{throw new Error(`The page's address can't be read behind its '#': ${location.hash}`)}}function ti(s){let{pathname:t,search:e}=location;history.replaceState(null,"",s?`#${s}`:t+e)}var Re=class{constructor(t){this.onFlip=t,this.words=[],this.at=[0,0],this.root=p("div",{class:"mp-bits",role:"group","aria-label":"bits of the words: arrow keys move, space flips",onclick:e=>this.click(e),onkeydown:e=>this.key(e)})}show(t,e){let o=i=>`${i.length} ${i[0]?.length}`;o(t)!==o(this.words)&&this.build(t,e),this.words=t,t.forEach((i,n)=>Array.from(i).forEach((r,a)=>this.cells[n][a].setAttribute("aria-checked",String(r==="1"))))}build(t,e){this.cells=t.map((n,r)=>Array.from(n,(a,l)=>p("button",{type:"button",role:"switch",tabindex:"-1","aria-label":`word ${r+1}, bit ${l+1}`,"data-word":r,"data-bit":l})));let o=this.cells.map((n,r)=>{let a=(r+1)%e===0&&e>1?" mp-bits-last":"";return p("div",{class:`mp-bits-word${a}`},...n)}),i=ut(this.root);this.root.replaceChildren(...o),this.move(...this.at,i)}move(t,e,o=!0){let i=a=>a.length-1,[n]=this.root.querySelectorAll("[tabindex='0']");n?.setAttribute("tabindex","-1"),t=Math.max(0,Math.min(i(this.cells),t)),e=Math.max(0,Math.min(i(this.cells[t]),e)),this.at=[t,e];let r=this.cells[t][e];r.setAttribute("tabindex","0"),o&&r.focus()}click(t){let{word:e,bit:o}=t.target.dataset;e!==void 0&&(this.move(Number(e),Number(o)),this.onFlip(...this.at))}key(t){if(t.ctrlKey||t.metaKey||t.altKey)return;let[e,o]=this.at,i={ArrowLeft:[e-1,o],ArrowRight:[e+1,o],ArrowUp:[e,o-1],ArrowDown:[e,o+1],Home:[0,o],End:[this.cells.length,o]};t.key in i&&(t.preventDefault(),t.stopPropagation(),this.move(...i[t.key]))}};var ni={};st(ni,{History:()=>Zt,add:()=>Ms,asPython:()=>Ts,describe:()=>zs,groups:()=>Os,nameCell:()=>je,pasted:()=>Ns,remove:()=>Es,when:()=>ii});var Ar=200,Zt=class{constructor(t){this.now=t,this.past=[],this.future=[],this.gesture=null}change(t,e=null){R(t)!==R(this.now)&&((e===null||e!==this.gesture)&&(this.past=[...this.past,this.now].slice(-Ar),this.future=[]),this.gesture=e,this.now=t)}undo(){return this.step(this.past,this.future)}redo(){return this.step(this.future,this.past)}step(t,e){return t.length===0?!1:(e.push(this.now),this.now=t.pop(),this.gesture=null,!0)}},oi=(s,t)=>s.length===t.length&&s.every((e,o)=>e===t[o]),Ss=(s,t)=>s.first===t.first&&s.last===t.last,_r=(s,t)=>s.name===t.name&&oi(s.index,t.index)&&Ss(s,t);function Ms(s,t){let e=s.edits.filter(o=>!t.some(i=>_r(o,i)));return{...s,edits:[...e,...t]}}function Es(s,t){return{...s,edits:s.edits.filter(e=>!t.includes(e))}}var Sr=(s,t)=>s.name===t.name&&Ss(s,t)&&s.index.length===t.index.length+1&&oi(s.index.slice(0,-1),t.index);function Os(s){let t=[];for(let e of s){let o=t.at(-1);o?.length===1&&(e.name==="read_modes"&&Sr(e,o[0])||ei(o[0],"write_content_weighting")&&ei(e,"read_content_weighting")&&Ss(e,o[0]))?o.push(e):t.push([e])}return t}var ei=(s,t)=>s.name===t&&s.index.length===0&&s.value===0;function ii({first:s,last:t}){return t===null?s===0?"at all steps":`from step ${s} on`:s===t?`at step ${s}`:`at steps ${s} to ${t}`}var Mr="nothing is found by content",si={link:"all links are cut",usage:"all locations look unused",write_content_weighting:"the write finds nothing by content",read_content_weighting:"reading finds nothing by content",read_weighting:"no head reads"};function zs(s,t,e=String){let o=ii(s[0]),i=s.length===2?Er(s,t):Or(s[0],t,e);return`${o}: ${i}`}function Er([s,t],e){if(t.name!=="read_modes")return Mr;let[o,i]=t.index,{columns:n}=e.read_modes;return`head ${o} reads ${n[i]} with ${_(t.value)}, the other ways with ${_(s.value)}`}function Or(s,t,e){let{name:o,index:i,value:n}=s,r=n===0;if(o==="memory"&&i.length===1)return`location ${e(i[0])} is ${r?"wiped":_(n)}`;if(o==="link"&&i.length===2){let a=`from location ${e(i[1])} to ${e(i[0])}`;return r?`the link ${a} is cut`:`the link ${a} is ${_(n)}`}return o==="read_weighting"&&i.length===1&&r?`head ${i[0]} reads nothing`:o in si&&i.length===0&&r?si[o]:`${je(o,i,t,e)} is ${_(n)}`}function je(s,t,e,o=String){let{axes:i,label:n,columns:r,shape:a}=e[s],l=i.split(" ").slice(1),c=[n];return t.forEach((h,m)=>{l[m]==="R"?c.push(...a[m+1]>1?[`of head ${h}`]:[]):l[m]==="N"?c.push(`in location ${o(h)}`):l[m]==="W"?c.push(`at position ${h}`):r.length&&m===l.length-1?c.push(r[h]):c.push(h)}),c.join(" ")}var Ts=s=>`MemoryPlayer(model, input, task=task, disturbance="${s}")`,Ns=s=>(/disturbance\s*=\s*(["'])(.*)\1/.exec(s)?.[2]??s).trim();function zr(s,t){let e=[];for(let o of s.toReversed())e.unshift(t%o),t=Math.floor(t/o);return e}var At=class{constructor(t,e,o){let i=t.arrays[e];this.name=e,this.flat=o,this.index=zr(i.shape.slice(1),o),this.letters=i.axes.split(" ").slice(1),this.kind=i.kind,this.size=i.shape.at(-1),this.computed=!i.optional}get location(){return this.letters.filter(t=>t==="N").length===1?this.index[this.letters.indexOf("N")]:null}isIn(t){let e=t.arrays[this.name]?.shape.slice(1);return!!e&&this.index.every((o,i)=>o<e[i])}say(t,e){return je(this.name,this.index,t,e)}get key(){return`${this.name}[${this.index}]`}};var ci={};st(ci,{seeded:()=>Le,taskOf:()=>js});function Le(s){let t=s>>>0;return()=>{t=t+2654435769>>>0;let e=t;return e=Math.imul(e^e>>>16,569420461),e=Math.imul(e^e>>>15,1935289751),((e^e>>>15)>>>0)/2**32}}var Tr=(s,t)=>Array.from({length:s},()=>t()<.5?"0":"1").join(""),D=s=>Array.from(s,Number);function ri(s,t){let e=[];for(let o=0;o<s.length;o+=t)e.push(s.slice(o,o+t));return e}var Cs=class{constructor(t,e){Object.assign(this,{inputSize:t,outputSize:e,input:[],target:[],mask:[]})}step(t,e={},o=null){let i=new Array(this.inputSize).fill(0);t.forEach((n,r)=>i[r]=n);for(let[n,r]of Object.entries(e))i[n]=r;this.input.push(i),this.target.push(o??new Array(this.outputSize).fill(0)),this.mask.push(o?1:0)}},ai=64,li={Copy:{group:()=>1,sizes:({word_size:s})=>[s+1,s],fill(s,{word_size:t},e){for(let[o]of e)s.step(D(o));s.step([],{[t]:1});for(let[o]of e)s.step([],{},D(o))}},RepeatCopy:{group:()=>1,sizes:({word_size:s})=>[s+2,s+1],fill(s,{word_size:t},e,{repeats:o=1}){for(let[i]of e)s.step(D(i));s.step([],{[t]:1,[t+1]:Math.fround(o/10)});for(let i=0;i<o;i++)for(let[n]of e)s.step([],{},[...D(n),0]);s.step([],{},[...new Array(t).fill(0),1])}},AssociativeRecall:{group:({item_length:s})=>s,fewest:2,thing:"item",key:s=>s.join(","),what:"items",sizes:({word_size:s})=>[s+2,s],fits:({query:s=0},t)=>s<t-1,fill(s,{word_size:t},e,{query:o=0}){let i=n=>n.forEach(r=>s.step(D(r)));for(let n of e)s.step([],{[t]:1}),i(n);s.step([],{[t+1]:1}),i(e[o]),s.step([],{[t+1]:1});for(let n of e[o+1])s.step([],{},D(n))}},KeyValueRecall:{group:()=>2,thing:"pair",key:([s])=>s,what:"keys",sizes:({word_size:s})=>[2*s+1,s],fits:({order:s},t)=>!s||s.length===t,fill(s,{word_size:t},e,{order:o=e.map((i,n)=>n)}){for(let[i,n]of e)s.step([...D(i),...D(n)]);for(let i of o)s.step(D(e[i][0]),{[2*t]:1},D(e[i][1]))}}},js=s=>s?.name in li?new Rs(s):null,Rs=class{constructor({name:t,options:e,words:o=null,asked:i={}}){Object.assign(this,{name:t,options:e,words:o,asked:i,kind:li[t]}),this.group=this.kind.group(e),this.wordSize=e.word_size,this.thing=this.kind.thing??"word",this.fewest=this.kind.fewest??1;let n=this.wordSize*(t==="AssociativeRecall"?this.group:1);this.most=this.kind.key?Math.min(ai,2**n):ai}make(t){let e=this.list(t),{fits:o=()=>!0,sizes:i,fill:n}=this.kind,r=new Cs(...i(this.options));return n(r,this.options,e,o(this.asked,e.length)?this.asked:{}),{input:r.input,target:r.target,mask:r.mask}}list(t){let{wordSize:e,group:o,fewest:i,kind:n}=this,r=t.find(h=>h.length!==e);if(r!==void 0)throw new Error(`Each word must have ${e} bits, but one is '${r}'.`);let a=ri(t,o);if(t.length%o||a.length<i)throw new Error(`The number of words must be a multiple of ${o} and at least ${o*i}, but is ${t.length}.`);let l=n.key?a.map(n.key):[],c=l.find((h,m)=>l.indexOf(h)<m);if(c!==void 0)throw new Error(`No two ${n.what} may be alike, but '${c}' is there twice.`);return a}random(t,e){let o=Le(e),i=[];for(;i.length<t*this.group;)i=this.longer(i,o);return i}longer(t,e){for(;;){let o=Array.from({length:this.group},()=>Tr(this.wordSize,e));if(!(this.kind.key?ri(t,this.group).map(this.kind.key):[]).includes(this.kind.key?.(o)))return[...t,...o]}}};var Nr=["T","T R","T R 3"],Cr=["fraction","strength","distribution"],Rr=20,jr={this:"at this step",on:"from this step on",all:"at all steps"};function Lr(s){let e=Object.entries({links:["link"],usage:["usage"],content:["write_content_weighting","read_content_weighting"]}).map(([o,i])=>[o,i.map(n=>[n,[]])]);for(let o=0;o<s;o++)e.push([s>1?`read head ${o}`:"the read head",[["read_weighting",[o]]]]);return e}var Fe=class{constructor(t){this.laboratory=t,this.chosen=null,this.places=Fr(t.run),this.parts=Lr(t.run.heads);let e=(...o)=>p("div",{class:"mp-tools"},...o);this.root=p("div",{class:"mp-more"},e(...this.buildHold()),e(...this.buildSilence(),...this.buildSeed()),e(...this.buildText()))}buildHold(){let t=(o,i)=>p("select",{"aria-label":o,onchange:()=>i()});this.target=t("what to hold",()=>this.follow()),this.steps=t("when",()=>this.follow()),this.steps.append(...Object.entries(jr).map(([o,i])=>p("option",{value:o},i)));let e=(o,i)=>p("input",{type:o,"aria-label":i,oninput:n=>this.hold(n.target),onchange:()=>this.letGo()});return this.slider=e("range","value"),this.number=e("number","value as a number"),this.release=w("release","Let it be what it is","release",()=>this.free()),this.cutButton=w("cut","Set this link to 0 (delete)","cut this link",()=>this.cut()),[p("label",{},"hold ",this.target),this.slider,this.number,this.steps,this.release,this.cutButton]}get place(){return this.target.value==="cell"?this.chosen:this.places[Number(this.target.value)]}get span(){let{step:t}=this.laboratory.player;return{this:[t,t],on:[t,null],all:[0,null]}[this.steps.value]}editsOf({name:t,index:e,kind:o,size:i},n){let[r,a]=this.span,l={name:t,index:e,first:r,last:a,value:n};if(o!=="distribution"||e.length<2)return[l];let c=Number(((1-n)/(i-1)).toPrecision(6));return[{...l,index:e.slice(0,-1),value:c},l]}hold(t){let{place:e}=this;if(!e||t.value===""||!t.checkValidity())return t.reportValidity();let o=t===this.slider?this.number:this.slider;o.value=t.value,this.dragging??=Symbol(e.key),this.laboratory.edit(this.editsOf(e,Number(t.value)),this.dragging)}letGo(){this.dragging=null}free(){let{laboratory:t,place:e}=this,{now:o}=t,i=hi(o.edits,e);t.propose({...o,edits:o.edits.filter(n=>!i.includes(n))})}cut(){let[t,e]=this.span,{name:o,index:i}=this.chosen;this.laboratory.edit([{name:o,index:i,first:t,last:e,value:0}])}buildSilence(){return this.part=p("select",{"aria-label":"what to silence"},...this.parts.map(([t],e)=>p("option",{value:e},t))),this.silenceButton=w("silence","Set it to 0 from this step on","",()=>{let{step:t}=this.laboratory.player,[,e]=this.parts[Number(this.part.value)];this.laboratory.edit(e.map(([o,i])=>({name:o,index:i,first:t,last:null,value:0})))}),[p("label",{},"silence ",this.part),this.silenceButton]}buildSeed(){let{laboratory:t}=this;return t.task?(this.seed=p("input",{type:"number",min:0,max:999999,step:1,required:"",onchange:({target:e})=>e.checkValidity()?t.renew(Number(e.value)):e.reportValidity()}),[p("label",{},"words by seed ",this.seed)]):[]}buildText(){let{laboratory:t}=this;return this.text=p("input",{type:"text",spellcheck:"false",autocomplete:"off",placeholder:"nothing is changed",onchange:()=>t.read(this.text.value)}),this.copied=p("span",{role:"status"}),this.copyButton=w("copy","Copy the line for Python","copy as text",()=>this.copy()),[p("label",{class:"mp-text"},"as text ",this.text),this.copyButton,this.copied]}async copy(){let t=Ts(R(this.laboratory.now));try{await navigator.clipboard.writeText(t),this.copied.textContent="copied"}catch{this.text.value=t,this.text.select(),this.copied.textContent="press Ctrl+C to copy"}}choose(t){this.chosen=t.computed?t:null,this.offer(),this.chosen&&(this.target.value="cell")}offer(){let{laboratory:t,places:e,chosen:o}=this,{table:i,number:n}=t,r=this.target.value,a=(c,h)=>p("option",{value:c},h),l=e.map((c,h)=>a(h,c.say(i,n)));o&&l.push(a("cell",o.say(i,n))),this.target.replaceChildren(...l),this.target.value=r===""||r==="cell"&&!o?"0":r}follow(){let{laboratory:t}=this,{run:e,player:o,now:i,seed:n}=t;this.chosen&&!this.chosen.isIn(e)&&(this.chosen=null),this.offer();let{place:r}=this,a=e.at(r.name,o.step)[r.flat],[l,c,h]=qr(e,r);for(let d of[this.slider,this.number]){let u=d===this.number&&r.kind==="number";d.min=u?"":l,d.max=d===this.number&&r.kind==="strength"||u?"":c,d.step=d===this.number?"any":h,this.dragging||(d.value=Number(a.toPrecision(4)))}this.release.disabled=hi(i.edits,r).length===0,this.cutButton.hidden=!(this.target.value==="cell"&&r.name==="link"),this.silenceButton.textContent=`from step ${o.step} on`,this.seed&&!ut(this.seed)&&(this.seed.value=n);let m=R(i);this.text.value!==m&&(this.text.value=m,this.copied.textContent="")}};function Fr(s){return s.names(({axes:e,kind:o})=>Nr.includes(e)&&Cr.includes(o)).flatMap(e=>Array.from({length:s.size(e)},(o,i)=>new At(s,e,i)))}function hi(s,{name:t,index:e,kind:o}){let i=o==="distribution"?e.slice(0,-1):e;return s.filter(n=>n.name===t&&i.every((r,a)=>n.index[a]===r))}function qr(s,{name:t,kind:e}){let{low:o,high:i}=s.arrays[t];if(e==="strength")return[1,Math.max(Rr,Math.ceil(i)),.1];if(e==="activation")return[-1,1,.01];if(e!=="number")return[0,1,.01];let n=Math.max(1,Math.ceil(Math.max(-o,i)));return[-n,n,.01]}var qe=class{constructor(t,e){this.run=t,this.task=e}sequence(t){let{task:e}=this;if(!e){if(t)throw new Error("There is no task here that could make a sequence of words.");return{}}let o=t??e.words;if(this.made?.key!==String(o)){let n=Object.entries(e.make(o)).map(([r,a])=>[r,Float64Array.from(a.flat())]);this.made={key:String(o),sequence:Object.fromEntries(n)}}return this.made.sequence}of(t){return this.run.disturbed(t,this.sequence(t.words))}fresh(t){let{run:e,task:o}=this;if(!o)return null;let i=(e.disturbance.words??o.words).length/o.group;return this.of({...e.disturbance,words:o.random(i,t)})}undisturbed(){let{edits:t,words:e,locations:o}=this.run.disturbance;if(!t.length)return this.plain=this.run;let i=this.plain?.disturbance;return(i?.locations!==o||String(i.words)!==String(e))&&(this.plain=this.of({...at,words:e,locations:o})),this.plain}shown(t){let{run:e}=this,o=this.undisturbed();if(o===e)return e.label="",[e];for(let[i,n]of Object.entries(e.arrays))n.low=Math.min(n.low,o.arrays[i].low),n.high=Math.max(n.high,o.arrays[i].high);return e.label=t?"disturbed":"",o.label="undisturbed",t?[e,o]:[e]}};var Ir=[1,4,16],Br=120,Ie=class{constructor(t,e){this.player=t,this.model=t.model,this.task=js(e.task),this.table=t.runs[0].arrays,this.trial=new qe(t.runs[0],this.task),this.history=new Zt(this.run.disturbance),this.comparing=!1,this.selected=null,this.seed=0,this.build(),this.listen(),this.draw(),this.begin()}build(){this.message=p("p",{class:"mp-message",role:"alert"}),this.verdict=p("output",{class:"mp-error"}),this.list=p("ul",{class:"mp-edits","aria-label":"changes"}),this.wipeButton=w("wipe","Set the location to 0 once (delete)","",()=>this.wipe()),this.hint=p("span",{class:"mp-hint"}),this.buttons={undo:w("undo","Undo (Ctrl+Z)","undo",()=>this.undo()),redo:w("redo","Redo (Ctrl+Shift+Z)","redo",()=>this.redo()),reset:w("reset","Take all changes back","reset",()=>this.propose(at))};let t="Show the undisturbed run beside this one";this.compareButton=w("compare",t,"compare",()=>this.compare()),this.tools=new Fe(this),this.moreButton=w("more","Show more to change","more",()=>this.showMore()),this.moreButton.setAttribute("aria-expanded","false"),this.sizes=p("span",{class:"mp-group-of",role:"group","aria-label":"number of locations"});let e=(...i)=>p("div",{class:"mp-tools"},...i),o=p("span",{class:"mp-group-of"},...Object.values(this.buttons));this.root=p("section",{class:"mp-lab","aria-label":"laboratory"},...this.buildWords(),p("div",{class:"mp-lab-body"},e(...this.counting,p("span",{},"locations"),this.sizes,o),e(this.wipeButton,this.hint,this.moreButton),e(this.verdict,this.compareButton,this.list),this.message),this.tools.root),this.tools.root.hidden=!0,this.player.slots.laboratory.replaceChildren(this.root)}buildWords(){return this.counting=[],this.task?(this.bits=new Re((t,e)=>this.flip(t,e)),this.count=p("output",{class:"mp-count"}),this.fewer=w("fewer","Fewer words","−",()=>this.resize(-1)),this.more=w("longer","More words","+",()=>this.resize(1)),this.counting=[p("span",{class:"mp-group-of"},this.fewer,this.count,this.more),w("new-words","Other words, at random","new words",()=>this.renew(this.seed+1))],[p("div",{class:"mp-lab-words"},this.bits.root)]):[]}listen(){let{player:t,model:e}=this;t.onCell(o=>this.choose(o)),t.root.addEventListener("keydown",o=>this.key(o)),this.root.addEventListener("keydown",o=>{["INPUT","SELECT"].includes(o.target.tagName)&&!pi(o)&&o.stopPropagation()}),this.onModel=()=>{let o=e.get("disturbance")??"";o!==R(this.now)&&this.read(o)},e.on("change:disturbance",this.onModel),e.get("address")&&(this.onAddress=()=>this.attempt(()=>this.propose(lt(Qo()))),window.addEventListener("hashchange",this.onAddress))}begin(){this.onAddress&&location.hash.length>1&&this.onAddress()}get words(){return this.now.words??this.task.words}get run(){return this.trial.run}get now(){return this.wanted?.next??this.history.now}propose(t,e=null){this.wanted&&(e===null||this.wanted.gesture!==e)&&this.commit(),this.wanted={next:t,gesture:e},this.request??=requestAnimationFrame(()=>this.commit())}commit(){if(cancelAnimationFrame(this.request),this.request=null,!this.wanted)return;let{next:t,gesture:e}=this.wanted;this.wanted=null,this.attempt(()=>{let o=this.trial.of(t);this.history.change(t,e),this.present(o)})}undo(){this.commit(),this.history.undo()&&this.attempt(()=>this.present(this.trial.of(this.history.now)))}redo(){this.commit(),this.history.redo()&&this.attempt(()=>this.present(this.trial.of(this.history.now)))}attempt(t){this.message.textContent="";try{t()}catch(e){this.message.textContent=e.message,this.draw()}}read(t){this.attempt(()=>this.propose(lt(Ns(t))))}flip(t,e){let o=[...this.words],i=o[t][e]==="1"?"0":"1";o[t]=o[t].slice(0,e)+i+o[t].slice(e+1),this.say(o)}say(t){let e=String(t)===String(this.task.words);this.propose({...this.now,words:e?null:t})}resize(t){let{task:e,words:o}=this;if(t<0)return this.say(o.slice(0,o.length-e.group));this.seed+=1,this.say(e.longer(o,Le(this.seed)))}renew(t){this.seed=t,this.say(this.task.random(this.words.length/this.task.group,t))}resizeMemory(t){let e=t===this.run.original.sizes.locations;this.propose({...this.now,locations:e?null:t})}edit(t,e=null){this.propose(Ms(this.now,t),e)}choose({run:t,name:e,index:o}){t.signed||(this.selected=new At(t,e,o),this.tools.choose(this.selected),this.follow())}wipe(t=this.selected){let e=t?.location;if(e==null)return;let{step:o}=this.player;this.edit([{name:"memory",index:[e],first:o,last:o,value:0}])}compare(){this.comparing=!this.comparing,this.commit(),this.show(),this.draw()}showMore(){let{root:t}=this.tools;t.hidden=!t.hidden,this.moreButton.setAttribute("aria-expanded",String(!t.hidden)),this.follow()}key(t){if(pi(t)&&t.target.type!=="text")t.key.toLowerCase()==="z"&&!t.shiftKey?this.undo():this.redo();else if(t.key==="Delete"&&t.target.tagName==="CANVAS")this.wound();else return;t.preventDefault(),t.stopPropagation()}wound(){let{panel:t}=this.player.chosen??{};if(!t?.address||t.view.run.signed)return;let{name:e,index:o}=t.address(...t.cell);this.choose({run:t.view.run,name:e,index:o}),e==="link"?this.tools.cut():this.wipe()}present(t){this.trial.run=t,this.show(),this.draw(),clearTimeout(this.timer),this.timer=setTimeout(()=>this.sync(),Br)}show(){this.player.show(this.trial.shown(this.comparing))}number=t=>this.player.board.front.axes.number("N",t);draw(){let{history:t,run:e}=this,{edits:o}=t.now;if(this.bits){let{words:i,task:n}=this,r=i.length/n.group;this.bits.show(i,n.group),this.count.textContent=`${r} ${r===1?n.thing:`${n.thing}s`}`,this.fewer.disabled=r<=n.fewest,this.more.disabled=r>=n.most}this.drawSizes(e),this.buttons.undo.disabled=t.past.length===0,this.buttons.redo.disabled=t.future.length===0,this.buttons.reset.disabled=R(t.now)==="",this.compareButton.setAttribute("aria-pressed",String(this.comparing)),this.compareButton.hidden=o.length===0,this.drawError(),this.follow()}drawSizes({locations:t,original:e}){let o=e.sizes.locations,i=[...new Set([...Ir.map(r=>o*r),t])],n=r=>{let a=`Run the same weights with ${r} locations`;return w("locations",a,String(r),()=>this.resizeMemory(r))};this.sizes.dataset.offered!==String(i)&&this.sizes.replaceChildren(...i.map(n)),this.sizes.dataset.offered=i;for(let r of this.sizes.children)r.setAttribute("aria-pressed",String(r.textContent===String(t)))}drawError(){let t=Pt(this.run);if(this.verdict.hidden=t===null,t===null)return;let e=this.trial.undisturbed(),o=e===this.run?"":`; undisturbed: ${Pt(e).wrong}`;this.verdict.textContent=`${t.wrong} of ${t.asked} bits wrong${o}`,this.verdict.dataset.wrong=t.wrong,this.verdict.dataset.asked=t.asked}follow(){let{selected:t,player:e}=this,o=t?.location??null;this.wipeButton.hidden=o===null||!this.run.has("memory"),o!==null&&(this.wipeButton.textContent=`Wipe location ${this.number(o)} at step ${e.step}`);let i=this.bits?"a bit to flip it, or ":"";this.hint.textContent=o===null?`Click ${i}a row of the memory to wipe it.`:"";let n=Os(this.history.now.edits).map(a=>[a,zs(a,this.table,this.number)]),r=n.map(([,a])=>a).join();if(this.said!==r){let a=ut(this.list);this.list.replaceChildren(...n.map(l=>this.entry(...l))),a&&(this.list.querySelector("button")??this.moreButton).focus()}this.said=r,this.tools.root.hidden||this.tools.follow()}entry(t,e){let o=`Take back: ${e}`,i=w("remove",o,"×",()=>this.propose(Es(this.now,t)));return i.setAttribute("aria-label",o),p("li",{},e,i)}sync(){this.timer=void 0;let t=R(this.history.now);this.onAddress&&ti(t),this.model.get("disturbance")!==t&&(this.model.set("disturbance",t),this.model.save_changes())}destroy(){cancelAnimationFrame(this.request),clearTimeout(this.timer),this.model.off("change:disturbance",this.onModel),window.removeEventListener("hashchange",this.onAddress)}},pi=({key:s,ctrlKey:t,metaKey:e,altKey:o})=>(t||e)&&!o&&["z","y"].includes(s.toLowerCase());var _t=class{constructor(t,e){Object.assign(this,{player:t,...e}),this.button=w(this.name,this.title,this.name,()=>this.toggle()),this.button.setAttribute("aria-expanded","false"),this.progress=p("span",{class:"mp-progress"}),this.heading=p("h4",{}),this.text=p("p",{}),this.body=p("div",{class:"mp-guide-body"}),this.actions=p("div",{class:"mp-guide-actions"});let o=p("div",{class:"mp-said","aria-live":"polite"});o.append(p("div",{},this.heading,this.progress),this.text),this.card=p("section",{class:"mp-guide","aria-label":this.name});let i=w("close-guide","Close (escape)","×",()=>this.close());i.setAttribute("aria-label","Close (escape)"),this.card.append(o,this.actions,i,this.body),this.card.addEventListener("keydown",n=>this.key(n)),t.slots.guides.append(this.button)}get isOpen(){return this.player.guide===this}toggle(){this.isOpen?this.close():this.open()}open(){this.player.guide?.close(),this.player.toggle(!1),this.player.guide=this,this.player.slots.tour.replaceChildren(this.card),this.button.setAttribute("aria-expanded","true"),this.begin()}close(){if(!this.isOpen)return;let t=this.card.matches(":focus-within");this.player.guide=null,this.player.slots.tour.replaceChildren(),this.button.setAttribute("aria-expanded","false"),this.end(),t&&this.button.focus()}say(t,e,o){this.heading.textContent=t,this.progress.textContent=e,this.text.textContent=o}key(t){if(t.ctrlKey||t.metaKey||t.altKey)return;let e=t.key==="Escape"?()=>this.close():this.keys(t);e&&(t.preventDefault(),t.stopPropagation(),e())}reveal(t){let{root:e}=this.player,o=e.querySelector(".mp-head").offsetHeight;e.style.setProperty("--mp-covered",`${o+24}px`);let i=matchMedia("(prefers-reduced-motion: reduce)").matches,r=t.offsetHeight<window.innerHeight-o-48?"nearest":"start";t.scrollIntoView({block:r,behavior:i?"auto":"smooth"})}};var Dr=.5,mi=.01;function Ls(s,t){return Object.assign(Object.create(s),{steps:t})}function di(s,t){let e=G(s,t);if(t===0||!(e.weight>Dr))return null;let o=s.at("usage",t).slice(),i=s.at("write_content_weighting",t).slice(),n=e.isAllocated?s.at("allocation_weighting",t):i;return pt(n,0,s.locations).location!==e.location?null:{step:t,...e,usage:o,matches:i}}var Xt=s=>Array.from({length:s.steps},(t,e)=>di(s,e)).filter(Boolean);function Fs(s,{location:t,isAllocated:e}){let{usage:o}=s,i=o[t]-o[s.location]<mi;return{location:t===s.location||s.isAllocated&&i,reason:e===s.isAllocated}}function ui(s,t,e){let{step:o,location:i,weight:n,isAllocated:r,usage:a,matches:l}=s,c=u=>u.toFixed(2),h=`location ${e(i)} (${c(n)})`;if(!r)return`Step ${o} wrote to ${h}, found by content: it matched what the step looked for with ${c(l[i])}.`;let m=a.filter(u=>u-a[i]<mi).length,d=m>1?`; ${m} locations were as free, so any of them counts`:"";return`Step ${o} wrote to ${h}, newly allocated: its usage of ${c(a[i])} was the lowest${d}.`}var Wr=[["newly allocated",!0,"It was used least."],["found by content",!1,"Its content matched what the step looked for."]],Pr=()=>Math.floor(Math.random()*2**32),fi=s=>p("span",{class:"mp-key"},p("i",{class:`mp-${s}`},p("b")),s),Hr=1e3,Be=class{constructor(t){this.player=t;let{model:e}=t;this.score=["quiz_right","quiz_asked"].map(o=>e.get(o)??0),this.guide=new _t(t,{name:"quiz",title:"Which location is written next, and why?",begin:()=>this.begin(),end:()=>this.end(),keys:o=>this.keys(o)}),this.onward=w("next-question","Another question","next question",()=>this.ask()),this.guide.actions.append(this.onward),t.onShow(()=>this.follow()),this.follow()}begin(){let{player:t}=this;this.runs=t.runs,this.stepBefore=t.step,this.typed="",this.questions=[],t.slots.laboratory.hidden=!0,this.ask()}end(){let{player:t}=this;t.answering=null,t.slots.laboratory.hidden=!1,t.light(this.run,[]),this.shows&&(this.shows=null,t.show(this.runs),t.seek(this.stepBefore))}follow(){let{guide:t,player:e}=this,[o]=e.runs;if(t.isOpen){if(o===this.shows)return this.drawChoices();this.shows=null,t.close()}t.button.hidden=!o.has("usage")||!Xt(o).length}next(){let t=this.player.laboratory?.trial.fresh(Pr()),e=t?Xt(t):[];return e.length?[t,e[Math.floor(Math.random()*e.length)]]:(this.questions.length||(this.questions=Xt(this.runs[0])),[this.runs[0],this.questions.shift()])}ask(){let{player:t}=this;[this.run,this.question]=this.next(),this.answer={},this.judged=null,this.show(this.question.step),t.answering=e=>this.point(e),this.onward.hidden=!0,this.draw(),this.lookAtMemory(),this.places.find(e=>e.tabIndex===0).focus({preventScroll:!0})}show(t){let{player:e}=this;e.light(this.run,[]),this.shows=Ls(this.run,t),e.show([this.shows],{steps:this.run.steps,reorder:!0}),e.seek(t-1)}number=t=>this.player.board.front.axes.number("N",t);point({panel:t}){t.rows.kind==="N"&&this.choose(t.rows.places[t.cell[0]])}choose(t){this.judged||(this.answer.location=t,this.drawChoices(),this.reasons[0].focus({preventScroll:!0}))}give(t){if(this.judged||this.answer.location===void 0)return;this.answer.isAllocated=t,this.judged=Fs(this.question,this.answer);let e=this.judged.location&&this.judged.reason;this.score=[this.score[0]+e,this.score[1]+1];let{model:o}=this.player;o.set("quiz_right",this.score[0]),o.set("quiz_asked",this.score[1]),o.save_changes(),this.reveal()}reveal(){let{player:t,question:e}=this;t.answering=null,this.show(e.step+1);let{location:o,step:i}=e;t.light(this.shows,[{name:"write_weighting",index:o,step:i}]),this.onward.hidden=!1,this.draw(),this.lookAtMemory(),this.onward.focus({preventScroll:!0})}lookAtMemory(){let{panels:t}=this.player.board.front;this.guide.reveal(t.find(({name:e})=>e==="memory").frame)}keys({key:t}){if(this.judged)return null;if(/^\d$/.test(t))return()=>this.type(t);let{places:e}=this,o=e.findIndex(n=>n.matches(":focus"));if(o<0)return null;let i={ArrowRight:o+1,ArrowLeft:o-1,Home:0,End:e.length-1}[t];return i===void 0?null:()=>this.reach(e[i])}reach(t){if(t){for(let e of this.places)e.tabIndex=e===t?0:-1;t.focus()}}type(t){clearTimeout(this.timer),this.timer=setTimeout(()=>this.typed="",Hr);let e=o=>this.places.find(({dataset:i})=>i.number===o);this.typed=e(this.typed+t)?this.typed+t:t,this.reach(e(this.typed))}draw(){let{guide:t,question:e,judged:o,answer:i}=this,{step:n}=e,[r,a]=this.score,l=`${r} of ${a} right`;if(this.drawChoices(),!o)return t.say(`Which location does step ${n} write to?`,l,`You see the memory after step ${n-1}. Click a row or a number. The bars: how full a location is (usage), and how well it matches what the step looks for.`);let h=o.location&&o.reason?"Right":o.location?"The reason is another":"Not this time";t.say(h,l,ui(e,i,this.number))}drawChoices(){let{question:t,answer:e,judged:o,guide:i}=this,n=this.player.board.front.axes.of("N").places;this.places=n.map(c=>this.place(c));let r=this.places.find(c=>c.matches("[aria-pressed=true]"))??this.places[0];for(let c of this.places)c.tabIndex=c===r?0:-1;this.reasons=Wr.map(([c,h,m])=>{let d=w("reason",m,c,()=>this.give(h));return d.disabled=e.location===void 0||o!==null,d.setAttribute("aria-pressed",String(e.isAllocated===h)),d});let a={class:"mp-places",role:"group","aria-label":"locations"},l={class:"mp-reasons",role:"group","aria-label":"reason"};i.body.replaceChildren(p("div",a,...this.places,fi("usage"),fi("match")),p("div",l,p("span",{},"Why there?"),...this.reasons)),i.body.dataset.step=t.step}place(t){let{question:e,answer:o,judged:i}=this,n=this.number(t),[r,a]=[e.usage[t],e.matches[t]],l=(m,d)=>{let u={height:`${100*Math.max(0,Math.min(1,d))}%`};return p("i",{class:`mp-${m}`},p("b",{style:u}))},c=w("place",null,n,()=>this.choose(t)),h=`location ${n}: usage ${r.toFixed(2)}, match ${a.toFixed(2)}`;for(let m of["title","aria-label"])c.setAttribute(m,h);return c.append(p("span",{"aria-hidden":"true"},l("usage",r),l("match",a))),c.setAttribute("aria-pressed",String(o.location===t)),c.dataset.number=n,c.disabled=i!==null,i&&t===e.location&&c.classList.add("mp-written"),c}};var q=.5,tt=s=>s.toFixed(2),Ur=s=>Array.from({length:s.steps},(t,e)=>e),We=(s,t)=>Ur(s).flatMap(e=>{let o=t(e);return o?[{step:e,...o}]:[]}),qs=(s,t)=>We(s,t)[0]??null,De=s=>s.reduce((t,e)=>e.part>(t?.part??0)?e:t,null);function Kr(s){return qs(s,t=>{let e=G(s,t),{location:o}=e,i=s.at("allocation_weighting",t)[o]>q;return!(e.weight>q)||!e.isAllocated||!i?null:{location:o,usage:s.at("usage",t)[o]}})}function Gr(s){let[t,e]=We(s,o=>{let{location:i,weight:n}=G(s,o);return n>q?{location:i,weight:n}:null});return e??t??null}function Yr(s){let t=null;return qs(s,e=>{let{location:o,weight:i,total:n}=G(s,e);if(!(n>q))return null;let[r,a]=[t,i>q];if(t=a?o:null,!a||r===null||r===o)return null;let l=s.at("link",e)[o*s.locations+r];return l>q?{location:o,before:r,link:l}:null})}function gi(s,t){let e=s.locations,o=Array.from({length:s.heads},(n,r)=>r),i=We(s,n=>De(o.map(r=>({head:r,...Ut(s,n,r)})).filter(r=>r.way===t&&r.weight>q&&r.part>q).filter(r=>{if(t==="content")return!0;if(!n)return!1;let a=pt(s.at("read_weighting",n-1),r.head*e,e),l=s.at("link",n)[r.location*e+r.last];return a.weight>q&&l>q})));return De(i)}function Vr(s){let t=s.locations;return qs(s,e=>{let o=Ae(s,e).map(l=>{let c=[e-1,e].map(h=>s.at("usage",h)[l]);return{location:l,usage:c,part:c[0]-c[1]}}),i=De(o);if(!i||i.usage[0]<=q)return null;let n=s.at("read_weighting",e-1),r=s.at("free_gates",e),a=Array.from(r,(l,c)=>({head:c,gate:l,part:l*n[c*t+i.location]}));return{...i,...De(a)}})}function Zr(s){if(!F(s))return null;let t=s.size("output");return We(s,e=>{if(!K(s,e))return null;let o=Array.from({length:t},(i,n)=>n);return{bits:t,right:o.filter(i=>!Q(s,e,i)).length}}).at(-1)??null}var bi=[{title:"The memory is a table",what:"the memory",level:"simple",find:s=>s.has("write_weighting")?{step:0}:null,text:(s,t,e)=>`Each of its ${e.locations} rows is a location and holds one word of ${e.word} numbers. All were 0 before the run. Each step may write to the table, then reads from it.`,point:()=>[{name:"memory"}]},{title:"Allocate: find room",what:"a write to a free location",level:"simple",find:Kr,text:({step:s,location:t,usage:e},o)=>`Step ${s} needs room for a new word. It takes the location that is used least, number ${o(t)}, with a usage of ${tt(e)}. This is called allocation.`,point:({location:s})=>[{name:"write_weighting",index:s}]},{title:"Write",what:"a clear write",level:"simple",find:Gr,text:({step:s,location:t,weight:e},o)=>`Step ${s} writes to location ${o(t)}, the row with the frame. A write can erase the old word and adds a new one, both in proportion to its weight, here ${tt(e)}.`,point:({location:s})=>[{name:"memory"},{name:"write_weighting",index:s}]},{title:"Link: remember the order",what:"a link between two writes",level:"everything",find:Yr,text:({step:s,location:t,before:e,link:o},i)=>`From here on, locations have Python's numbers. Step ${s} wrote to ${i(t)}; the write before it went to ${i(e)}. A link of ${tt(o)} in row ${i(t)}, column ${i(e)} keeps this order.`,point:({location:s,before:t},e)=>[{name:"link",index:s*e.locations+t}]},{title:"Read by content",what:"a read by content",level:"everything",find:s=>gi(s,"content"),text:({step:s,head:t,location:e,part:o},i,n)=>`At step ${s}, ${wi(n,t)} looks for the word that resembles its key. Location ${i(e)} matches best and is read: the search by content gives ${tt(o)} of its weight.`,point:({head:s,location:t},{locations:e})=>[{name:"read_content_weighting",index:s*e+t},{name:"read_weighting",index:s*e+t}]},{title:"Follow the link forward",what:"a read that follows a link",level:"everything",find:s=>gi(s,"forward"),text:({step:s,head:t,location:e,last:o,part:i},n,r)=>`At step ${s}, ${wi(r,t)} need not search. It read location ${n(o)} one step before, and the link from there leads to ${n(e)}: following it gives ${tt(i)} of the weight.`,point:({head:s,location:t,last:e},{locations:o})=>[{name:"forward_weighting",index:s*o+t},{name:"link",index:t*o+e}]},{title:"Free what is no longer needed",what:"a location that is freed",level:"everything",find:Vr,text:({step:s,location:t,gate:e,usage:o},i)=>`Location ${i(t)} was read one step before. A free gate of ${tt(e)} gives it back at step ${s}: its usage falls from ${tt(o[0])} to ${tt(o[1])}, and a later write may take it.`,point:({head:s,location:t})=>[{name:"usage",index:t},{name:"free_gates",index:s}]},{title:"Answer",what:"an answer in bits",level:"simple",find:Zr,text:({step:s,bits:t,right:e})=>`At step ${s} the model answers. From what it read and from its own state, it tells how likely each bit is 1. Rounded to 0 or 1, ${e} of ${t} bits are right.`,point:()=>[{name:"output"}]}],wi=(s,t)=>s.heads>1?`head ${t}`:"the head";function Is(s){let t=bi.map(e=>({...e,found:s.has("link")?e.find(s):null}));return{stops:t.filter(({found:e})=>e),missing:t.filter(({found:e})=>!e).map(({what:e})=>e)}}var Pe=class{constructor(t){this.player=t,this.guide=new _t(t,{name:"tour",title:"A tour through this run",begin:()=>this.begin(),end:()=>this.end(),keys:({key:e})=>({ArrowRight:()=>this.next(),ArrowLeft:()=>this.visit(this.at-1)})[e]}),this.back=w("previous-stop","Left arrow","previous",()=>this.visit(this.at-1)),this.onward=w("next-stop","Right arrow","next",()=>this.next()),this.guide.actions.append(this.back,this.onward),t.onShow(()=>this.follow()),this.follow()}begin(){this.levelBefore=this.player.board.level,this.read(),this.visit(0),this.onward.focus({preventScroll:!0})}end(){this.unmark(),this.player.board.setLevel(this.levelBefore,!1)}read(){this.run=this.player.runs[0],Object.assign(this,Is(this.run))}follow(){let{guide:t,player:e}=this,[o]=e.runs;if(t.button.hidden=!o.has("link"),!(!t.isOpen||this.moving)){if(t.button.hidden)return t.close();o!==this.run?(this.read(),this.visit(Math.min(this.at,this.stops.length-1))):this.mark()}}next(){this.at===this.stops.length-1?this.guide.close():this.visit(this.at+1)}visit(t){if(t<0)return;this.at=t;let{player:e,guide:o,run:i,stops:n}=this,{title:r,text:a,level:l,found:c}=n[t];this.moving=!0,e.toggle(!1),e.board.setLevel(l,!1),e.board.shown!==0&&e.board.tab(0),e.seek(c.step),this.moving=!1;let h=f=>e.board.front.axes.number("N",f),m=t===n.length-1,u=m&&this.missing.length?` This run has no clear example of ${this.missing.join(", ")}.`:"";o.say(r,`${t+1} of ${n.length}`,a(c,h,i)+u),this.back.disabled=t===0,this.onward.textContent=m?"finish":"next",this.back.disabled&&o.card.matches(":focus-within")&&this.onward.focus(),this.mark(!0)}mark(t=!1){this.unmark();let{player:e,guide:o,run:i}=this,{found:n,point:r}=this.stops[this.at],a=r(n,i).map(m=>({...m,step:n.step}));e.light(i,a.filter(({index:m})=>m!==void 0));let{panels:l,lines:c}=e.board.front,h=[...l,...c].filter(m=>m.lights.children.length||a.some(({name:d,index:u})=>u===void 0&&m.shows(d)));for(let m of h)m.frame.classList.add("mp-pointed");t&&h.length&&o.reveal(h[0].frame)}unmark(){this.player.light(this.run,[]);for(let t of this.player.root.querySelectorAll(".mp-pointed"))t.classList.remove("mp-pointed")}};var Xr=1e-4,Jr=256,Qr={N:"n",W:"w",R:"i",H:"q",D:"d",3:"m"};function ta(s){if(s.model)return s.model;let{locations:t,word:e,heads:o}=s;return{sizes:{locations:t,word:e,heads:o},weights:null}}var ea=s=>s.model?s:Object.assign(Object.create(s),{model:ta(s)});function $i(s,t){let e=[];for(let o of[...t].reverse())e.unshift(s%o),s=Math.floor(s/o);return e}function xi(s,t,e){return s.has(t)?ct(s,t,e):`${t}[${$i(e,s.shapeOf(t)).join(", ")}]`}function vi(s,t,e,o){let i=s.at(t,o)[e],n=s.arrays[t];if(s.signed)return{value:i,text:"A difference of two runs: each has an explanation."};let r=$i(e,s.shapeOf(t)),a=s.disturbance?.edits.findLast(k=>Qe(k,t,r,o));if(a)return{value:i,text:`Set by the disturbance ${rt(a)}.`};let l=ea(s),c=s.has("write_weighting")?It(l.model).find(k=>k.name===t):null;if(!c)return{value:i,text:sa(s,n)};let h=c.axes.split(" ").slice(1),m=c.letters??h.map((k,N)=>Qr[k]??r[N]),d=new xt(l.model).now(t,...m),u=c.explain(new xt(l.model),...m),f=c.explain(new Lt(l,o),...r),g=de(f),b=[{equation:[d,u],numbers:[i,g]}],[v,y]=[Bs(u),Bs(g)];v&&b.push({equation:[v,v.args[0]],numbers:[y.value,y.args[0]]});let $=!(Math.abs(f.value-i)<=Xr*Math.max(1,Math.abs(i))),E=`The equation gives ${_(f.value)}: the run was changed, or had begun before.`,et=[c.note,$?E:""].filter(Boolean).join(" ");return{value:i,lines:b,expression:g,sources:yi(as(g)),all:yi(me(f)),note:et}}function Bs(s){if(s.op==="named")return s;for(let t of s.args){let e=Bs(t);if(e)return e}return null}function yi(s){let t=new Map;for(let e of s)t.set(Ds(e),e);return[...t.values()]}function sa(s,t){return t?s.has("write_weighting")&&!t.optional&&t.label!=="input"?"Asked for by the controller; its weights aren't in this page.":`It isn't computed by an equation of the DNC: ${t.meaning}.`:""}var He=class{constructor(t){Object.assign(this,{player:t,path:[]}),this.root=t.slots.why,t.onCell(e=>this.open([e],e.event.type==="keydown")),t.root.addEventListener("keydown",e=>this.key(e),{capture:!0}),this.root.addEventListener("click",e=>{let o=e.target.closest?.("[data-from]");o&&this.follow(this.cells[o.dataset.from])})}key(t){t.key!=="Escape"||!this.path.length||(t.preventDefault(),t.stopPropagation(),this.close())}open(t,e){this.path=t;let{run:o,name:i,index:n,step:r}=t.at(-1),a=vi(o,i,n,r),l=(a.all??[]).map(u=>ki(o,u));this.cells=(a.sources??[]).map(u=>ki(o,u));let c=`${xi(o,i,n)} at step ${r} = ${_(a.value)}`;this.heading=p("h4",{tabindex:"-1"},c);let h=(u,f,g)=>p("button",{type:"button","data-action":u,onclick:g},f),m=[h("close-why","close",()=>this.close())];t.length>1&&m.unshift(h("back-why","back",()=>this.back()));let d=p("section",{class:"mp-why-panel","aria-label":"Why this number?"},p("div",{class:"mp-why-head"},this.heading,...m));a.text&&d.append(p("p",{},a.text));for(let u of a.lines??[])d.append(this.equation(u,a));a.note&&d.append(p("p",{class:"mp-why-note"},a.note)),this.cells.length&&d.append(this.links(o,l.length)),this.root.replaceChildren(d),this.player.light(o,[...l.length>Jr?this.cells:l,{name:i,index:n,step:r}]),e&&this.heading.focus()}equation({equation:t,numbers:e},{sources:o}){let i=new Map(o.map((f,g)=>[Ds(f),g])),n=f=>{let g=f.source&&i.get(Ds(f.source)),b=le(f);return g==null?b:`<mrow data-from="${g}" class="mp-from">${b}</mrow>`},[r,a]=t,l=`${bt(r,({symbol:f})=>f)}<mo>=</mo>${bt(a,({symbol:f})=>f)}`,[c,h]=e,m=`<mo>=</mo>${bt(h,n)}<mo>=</mo>${le({value:c})}`,d=f=>`<math display="block"><mrow>${f}</mrow></math>`,u=document.createElement("template");return u.innerHTML=`<div class="mp-why-line">${d(l)}${d(m)}</div>`,u.content}links(t,e){let o=this.cells.map(({name:n,index:r,step:a},l)=>{let c=`${xi(t,n,r)} at step ${a} = ${_(t.at(n,a)[r])}`;return p("button",{type:"button","data-from":l},c)}),i=e>o.length?` and ${e-o.length} more`:"";return p("p",{class:"mp-why-from"},"from ",...o,i)}follow(t){let{run:e}=this.path.at(-1);this.player.seek(t.step),this.open([...this.path,{run:e,...t}],!0)}back(){let t=this.path.slice(0,-1);this.player.seek(t.at(-1).step),this.open(t,!0)}renew(t,e){if(!this.path.length)return;let{run:o,name:i,index:n,step:r}=this.path.at(-1),a=e[t.indexOf(o)];a&&r<a.steps&&(a.has(i)||a.stepShapes?.[i])&&n<a.at(i,r).length?this.open([{...this.path.at(-1),run:a}],!1):this.close()}close(){let[{run:t,panel:e}]=this.path;this.path=[],this.root.replaceChildren(),this.player.light(t,[]),e?.canvas.focus()}},Ds=({name:s,index:t,step:e})=>`${s} ${t} ${e}`,ki=(s,{name:t,index:e,step:o})=>({name:t,index:Ft(e,s.shapeOf(t)),step:o});var Ai=[1,2,5,10,20,30,60],oa=120,Ue=class{constructor(t,e){this.model=t,this.root=e;let o=t.get("header"),{runs:i,model:n,frames:r}=gs(o,t.get("data"));Object.assign(this,{runs:i,network:n}),r&&(this.film=new Ce(this,o.film,r)),this.step=t.get("t"),this.board=new Ne(this,o.level),this.playing=!1,this.listeners=new Set,this.watchers=new Set,this.fps=t.get("fps"),this.build(),n&&(this.laboratory=new Ie(this,o)),o.agent&&(this.agent=new fe(this)),this.guides=[new Pe(this),new Be(this)],e.addEventListener("keydown",a=>this.key(a)),this.onModelStep=()=>this.seek(t.get("t"),!1),this.onModelSpeed=()=>this.setSpeed(t.get("fps"),!1),t.on("change:t",this.onModelStep),t.on("change:fps",this.onModelSpeed)}build(){this.slots={};for(let e of["laboratory","tour","why"])this.slots[e]=p("div",{class:`mp-${e}`});let t={class:"mp-group-of mp-guides",role:"group","aria-label":"guides"};this.slots.guides=p("span",t),this.value=p("p",{class:"mp-value","aria-live":"polite"}),this.root.replaceChildren(p("div",{class:"mp-head"},...this.buildHead()),this.slots.laboratory,this.board.root,this.slots.why,this.board.foot),this.setSpeed(this.fps,!1),this.begin(),this.why=new He(this),this.board.build(this.runs),this.select(null)}begin(t=0){this.last=Math.max(...this.runs.map(e=>e.steps))-1,this.steps=Math.max(t,this.last+1),this.step=Math.min(this.step,this.last),this.slider.max=this.last}show(t,{steps:e=0,reorder:o=!1}={}){let i=this.runs;this.runs=t,this.begin(e),this.board.show(t,o)?this.draw():this.select(null),this.why.renew(i,t)}buildHead(){let t=this.film?[this.film.root]:[];return[this.buildControls(),...t,this.value,this.slots.tour]}buildControls(){let t=(e,o,i)=>p("button",{type:"button",title:o,"aria-label":o,onclick:i,"data-action":e},Mt(e));return this.playButton=t("play","Play (space)",()=>this.toggle()),this.slider=p("input",{type:"range",min:0,value:0,"aria-label":"step",oninput:()=>this.seek(Number(this.slider.value))}),this.counter=p("output",{class:"mp-counter"}),this.speed=p("select",{"aria-label":"steps per second",onchange:()=>this.setSpeed(Number(this.speed.value))}),p("div",{class:"mp-controls",role:"toolbar","aria-label":"time"},t("first","First step (Home)",()=>this.seek(0)),t("back","Step back (left arrow)",()=>this.seek(this.step-1)),this.playButton,t("forward","Step forward (right arrow)",()=>this.seek(this.step+1)),t("last","Last step (End)",()=>this.seek(this.last)),this.slider,this.counter,p("label",{},this.speed," steps/s"),...this.board.buttons,this.slots.guides)}onCell(t){return this.listeners.add(t),()=>this.listeners.delete(t)}onShow(t){this.watchers.add(t)}tellShown(){for(let t of this.watchers)t()}tellCell(t,e){let{run:o}=t.view,i={run:o,step:this.step,...t.address(...t.cell),panel:t,event:e};if(this.answering)return this.answering(i);for(let n of this.listeners)n(i)}light(t,e){this.lit=[t,e];for(let o of this.board.all)o.light(o.run===t?e:[],this.step)}draw(){let{step:t}=this;for(let e of this.board.all)e.draw(t);this.lit?.[1].length&&this.light(...this.lit),this.slider.value=t,this.slider.setAttribute("aria-valuetext",`step ${t} of ${this.last}`),this.counter.textContent=`step ${t} of ${this.last}`,this.root.dataset.step=t,this.laboratory?.follow(),this.agent?.follow(),this.chosen&&(this.value.textContent=this.chosen.panel.readout(t))}seek(t,e=!0){t=Math.max(0,Math.min(this.last,Math.round(t))),this.step!==t&&(this.step=t,this.draw(),e&&(clearTimeout(this.timer),this.timer=setTimeout(()=>this.sync(),oa)))}sync(){clearTimeout(this.timer),this.timer=void 0,this.model.get("t")!==this.step&&(this.model.set("t",this.step),this.model.save_changes())}setSpeed(t,e=!0){this.fps=t;let o=[...new Set([...Ai,t])].sort((i,n)=>i-n);this.speed.replaceChildren(...o.map(i=>p("option",{value:i},String(i)))),this.speed.value=t,e&&(this.model.set("fps",t),this.model.save_changes())}toggle(t=!this.playing){t&&this.step===this.last&&this.seek(0),this.playing=t,this.root.dataset.playing=t,this.playButton.replaceChildren(Mt(t?"pause":"play")),this.playButton.title=t?"Pause (space)":"Play (space)",this.playButton.setAttribute("aria-label",this.playButton.title);for(let e of this.board.all)e.words.setAttribute("aria-live",t?"off":"polite");cancelAnimationFrame(this.request),t?(this.due=performance.now()+1e3/this.fps,this.request=requestAnimationFrame(e=>this.tick(e))):this.sync()}tick(t){if(this.playing){if(!this.root.isConnected)return this.toggle(!1);if(t>=this.due&&(this.seek(this.step+1),this.due=Math.max(this.due+1e3/this.fps,t),this.step===this.last))return this.toggle(!1);this.request=requestAnimationFrame(e=>this.tick(e))}}select(t){this.chosen=t?t.chosen():null,this.value.textContent=t?t.readout(this.step):"Point at a cell, or reach it by tab and arrow keys, for its value.";for(let e of this.board.all)e.mark(this.chosen)}key(t){if(t.ctrlKey||t.metaKey||t.altKey||t.target===this.speed)return;let e=t.target.tagName==="BUTTON"||t.target.tagName==="SUMMARY",o=r=>{let a=Ai.filter(c=>r>0?c>this.fps:c<this.fps),l=r>0?a[0]:a.at(-1);l&&this.setSpeed(l)},i={ArrowLeft:()=>this.seek(this.step-1),ArrowRight:()=>this.seek(this.step+1),",":()=>this.seek(this.step-1),".":()=>this.seek(this.step+1),PageUp:()=>this.seek(this.step-10),PageDown:()=>this.seek(this.step+10),Home:()=>this.seek(0),End:()=>this.seek(this.last),"+":()=>o(1),"=":()=>o(1),"-":()=>o(-1),d:()=>this.board.toggleDifference(),Escape:()=>{this.select(null),this.slider.focus()}};e||(i[" "]=()=>this.toggle());let n=i[t.key];n&&(t.preventDefault(),t.stopPropagation(),n())}destroy(){this.toggle(!1),this.film?.destroy(),this.laboratory?.destroy(),clearTimeout(this.timer),this.model.off("change:t",this.onModelStep),this.model.off("change:fps",this.onModelSpeed)}};var _i=`.mp-lab {
  display: flex;
  flex-wrap: wrap;
  gap: 6px 18px;
  align-items: flex-start;
  margin: 4px 0;
  padding: 5px 8px 4px;
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
  padding: 2px;
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
  max-height: 130px;
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
`;var Si=`.memory-player {
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
  flex: 1 1 90px;
  min-width: 90px;
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
  flex: 1 0 100%;
  min-width: 0;
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
.mp-after figcaption,
.mp-world figcaption span {
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
  grid-template-columns: minmax(4.2em, max-content) minmax(20px, 1fr) 4.4em;
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
  margin: 8px 0 12px;
  border-radius: 6px;
  cursor: pointer;
}
.mp-game-picture {
  position: relative;
}
.mp-game-stage:not(:focus) .mp-game-picture::after {
  content: "Click here, then use the arrow keys";
  position: absolute;
  inset: auto 0 -9px;
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
`;function Mi({model:s,el:t}){let e=p("div",{class:"memory-player",role:"group","aria-label":"memory player"});t.replaceChildren(p("style",{},Si+_i+Ps),e);try{let o=s.get("header").game?new ie(s,e):new Ue(s,e);return e.player=o,e.dataset.ready="true",()=>o.destroy()}catch(o){console.error(o);let i=p("p",{class:"mp-message",role:"alert"},o.message);return e.replaceChildren(i),e.dataset.ready="false",()=>{}}}async function ah(s,t){let e=Uint8Array.from(atob(t.data),l=>l.charCodeAt(0)),o=new Blob([e]).stream().pipeThrough(new DecompressionStream("deflate")),i={...t,data:new DataView(await new Response(o).arrayBuffer())};Mi({model:{get:l=>i[l],set:(l,c)=>i[l]=c,save_changes(){},on(){},off(){}},el:s});let r=matchMedia("(prefers-color-scheme: dark)"),a=()=>{let{theme:l}=document.body.dataset,c=r.matches?"dark":"light";s.querySelector(".memory-player").dataset.theme=/^(light|dark)$/.test(l)?l:c};new MutationObserver(a).observe(document.body,{attributeFilter:["data-theme"]}),r.addEventListener("change",a),a()}var lh={render:Mi};export{kt as Difference,Bt as Episode,H as Run,bi as STOPS,X as Simulation,ms as checkModel,lh as default,to as disturbances,ni as edits,Ls as excerpt,vi as explain,ao as expressions,ws as firstWriteOrder,Mo as formulas,Fs as judge,so as mathematics,Gs as maze,ah as mount,di as questionAt,Xt as questionsOf,gs as read,Is as stopsOf,ci as tasks,ys as tellSimply,xs as tellStep};
