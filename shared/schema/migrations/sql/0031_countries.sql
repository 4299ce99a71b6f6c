-- Fills in the country's code of addresses that were entered before there was one, where the name is known: a few at a
-- time, so that nobody waits for more than one batch. Names are compared by their letters and digits alone.

DO $do$
DECLARE
    codes jsonb := (
        SELECT jsonb_object_agg(known.name, left(one.line, 2))
        FROM regexp_split_to_table($names$
AD ad and andorra principalityofandorra
AE ae are uae unitedarabemirates
AF af afg afghanistan islamicrepublicofafghanistan
AG ag antiguaandbarbuda atg
AI ai aia anguilla
AL al alb albania republicofalbania
AM am arm armenia republicofarmenia
AO ago angola ao republicofangola
AQ antarctica aq ata
AR ar arg argentina argentinerepublic
AS americansamoa as asm
AT at austria aut osterreich republicofaustria
AU au aus australia
AW abw aruba aw
AX ala alandislands ax
AZ az aze azerbaijan republicofazerbaijan
BA ba bih bosniaandherzegovina republicofbosniaandherzegovina
BB barbados bb brb
BD bangladesh bd bgd peoplesrepublicofbangladesh
BE be bel belgie belgique belgium kingdomofbelgium
BF bf bfa burkinafaso
BG bg bgr bulgaria republicofbulgaria
BH bahrain bh bhr kingdomofbahrain
BI bdi bi burundi republicofburundi
BJ ben benin bj republicofbenin
BL bl blm saintbarthelemy
BM bermuda bm bmu
BN bn brn brunei bruneidarussalam
BO bo bol bolivia boliviaplurinationalstateof plurinationalstateofbolivia
BQ bes bonairesinteustatiusandsaba bq
BR br bra brasil brazil federativerepublicofbrazil
BS bahamas bhs bs commonwealthofthebahamas
BT bhutan bt btn kingdomofbhutan
BV bouvetisland bv bvt
BW botswana bw bwa republicofbotswana
BY belarus blr by republicofbelarus
BZ belize blz bz
CA ca can canada
CC cc cck cocoskeelingislands
CD cd cod congothedemocraticrepublicofthe democraticrepublicofthecongo
CF caf centralafricanrepublic cf
CG cg cog congo republicofthecongo
CH ch che schweiz suisse swissconfederation switzerland
CI ci civ cotedivoire ivorycoast republicofcotedivoire
CK ck cok cookislands
CL chile chl cl republicofchile
CM cameroon cm cmr republicofcameroon
CN china chn cn mainlandchina peoplesrepublicofchina
CO co col colombia republicofcolombia
CR costarica cr cri republicofcostarica
CU cu cub cuba republicofcuba
CV caboverde capeverde cpv cv republicofcaboverde
CW curacao cuw cw
CX christmasisland cx cxr
CY cy cyp cyprus republicofcyprus
CZ cz cze czechia czechrepublic
DE de deu deutschland federalrepublicofgermany germany
DJ dj dji djibouti republicofdjibouti
DK denmark dk dnk kingdomofdenmark
DM commonwealthofdominica dm dma dominica
DO do dom dominicanrepublic
DZ algeria dz dza peoplesdemocraticrepublicofalgeria
EC ec ecu ecuador republicofecuador
EE ee est estonia republicofestonia
EG arabrepublicofegypt eg egy egypt
EH eh esh westernsahara
ER er eri eritrea thestateoferitrea
ES es esp espana kingdomofspain spain
ET et eth ethiopia federaldemocraticrepublicofethiopia
FI fi fin finland republicoffinland
FJ fiji fj fji republicoffiji
FK falklandislands falklandislandsmalvinas fk flk
FM federatedstatesofmicronesia fm fsm micronesia micronesiafederatedstatesof
FO faroeislands fo fro
FR fr fra france frenchrepublic
GA ga gab gabon gaboneserepublic
GB england gb gbr greatbritain uk unitedkingdom unitedkingdomofgreatbritainandnorthernireland
GD gd grd grenada
GE ge geo georgia
GF frenchguiana gf guf
GG gg ggy guernsey
GH gh gha ghana republicofghana
GI gi gib gibraltar
GL gl greenland grl
GM gambia gm gmb republicofthegambia
GN gin gn guinea republicofguinea
GP glp gp guadeloupe
GQ equatorialguinea gnq gq republicofequatorialguinea
GR gr grc greece hellenicrepublic
GS gs sgs southgeorgiaandthesouthsandwichislands
GT gt gtm guatemala republicofguatemala
GU gu guam gum
GW gnb guineabissau gw republicofguineabissau
GY guy guyana gy republicofguyana
HK hk hkg hongkong hongkongsar hongkongspecialadministrativeregionofchina
HM heardislandandmcdonaldislands hm hmd
HN hn hnd honduras republicofhonduras
HR croatia hr hrv republicofcroatia
HT haiti ht hti republicofhaiti
HU hu hun hungary
ID id idn indonesia republicofindonesia
IE ie ireland irl
IL il isr israel stateofisrael
IM im imn isleofman
IN in ind india republicofindia
IO britishindianoceanterritory io iot
IQ iq iraq irq republicofiraq
IR ir iran iranislamicrepublicof irn islamicrepublicofiran
IS iceland is isl republicoficeland
IT it ita italia italianrepublic italy
JE je jersey jey
JM jam jamaica jm
JO hashemitekingdomofjordan jo jor jordan
JP japan jp jpn 日本
KE ke ken kenya republicofkenya
KG kg kgz kyrgyzrepublic kyrgyzstan
KH cambodia kh khm kingdomofcambodia
KI ki kir kiribati republicofkiribati
KM com comoros km unionofthecomoros
KN kn kna saintkittsandnevis
KP democraticpeoplesrepublicofkorea koreademocraticpeoplesrepublicof kp northkorea prk
KR kor korea korearepublicof kr southkorea
KW kuwait kw kwt stateofkuwait
KY caymanislands cym ky
KZ kaz kazakhstan kz republicofkazakhstan
LA la lao laopeoplesdemocraticrepublic laos
LB lb lbn lebaneserepublic lebanon
LC lc lca saintlucia
LI li lie liechtenstein principalityofliechtenstein
LK democraticsocialistrepublicofsrilanka lk lka srilanka
LR lbr liberia lr republicofliberia
LS kingdomoflesotho lesotho ls lso
LT lithuania lt ltu republicoflithuania
LU grandduchyofluxembourg lu lux luxembourg
LV latvia lv lva republicoflatvia
LY lby libya ly
MA kingdomofmorocco ma mar morocco
MC mc mco monaco principalityofmonaco
MD md mda moldova moldovarepublicof republicofmoldova
ME me mne montenegro
MF maf mf saintmartinfrenchpart
MG madagascar mdg mg republicofmadagascar
MH marshallislands mh mhl republicofthemarshallislands
MK macedonia mk mkd northmacedonia republicofnorthmacedonia
ML mali ml mli republicofmali
MM burma mm mmr myanmar republicofmyanmar
MN mn mng mongolia
MO mac macao macaospecialadministrativeregionofchina macau mo
MP commonwealthofthenorthernmarianaislands mnp mp northernmarianaislands
MQ martinique mq mtq
MR islamicrepublicofmauritania mauritania mr mrt
MS montserrat ms msr
MT malta mlt mt republicofmalta
MU mauritius mu mus republicofmauritius
MV maldives mdv mv republicofmaldives
MW malawi mw mwi republicofmalawi
MX mex mexico mx unitedmexicanstates
MY malaysia my mys
MZ moz mozambique mz republicofmozambique
NA na nam namibia republicofnamibia
NC nc ncl newcaledonia
NE ne ner niger republicoftheniger
NF nf nfk norfolkisland
NG federalrepublicofnigeria ng nga nigeria
NI ni nic nicaragua republicofnicaragua
NL holland kingdomofthenetherlands netherlands nl nld thenetherlands
NO kingdomofnorway no nor norway
NP federaldemocraticrepublicofnepal nepal np npl
NR nauru nr nru republicofnauru
NU niu niue nu
NZ newzealand nz nzl
OM om oman omn sultanateofoman
PA pa pan panama republicofpanama
PE pe per peru republicofperu
PF frenchpolynesia pf pyf
PG independentstateofpapuanewguinea papuanewguinea pg png
PH ph philippines phl republicofthephilippines
PK islamicrepublicofpakistan pak pakistan pk
PL pl pol poland republicofpoland
PM pm saintpierreandmiquelon spm
PN pcn pitcairn pn
PR pr pri puertorico
PS palestine palestinestateof ps pse thestateofpalestine
PT portugal portugueserepublic prt pt
PW palau plw pw republicofpalau
PY paraguay pry py republicofparaguay
QA qa qat qatar stateofqatar
RE re reu reunion
RO ro romania rou
RS republicofserbia rs serbia srb
RU ru rus russia russianfederation
RW rw rwa rwanda rwandeserepublic
SA kingdomofsaudiarabia sa sau saudiarabia
SB sb slb solomonislands
SC republicofseychelles sc seychelles syc
SD republicofthesudan sd sdn sudan
SE kingdomofsweden se swe sweden
SG republicofsingapore sg sgp singapore
SH sainthelenaascensionandtristandacunha sh shn
SI republicofslovenia si slovenia svn
SJ sj sjm svalbardandjanmayen
SK sk slovakia slovakrepublic svk
SL republicofsierraleone sierraleone sl sle
SM republicofsanmarino sanmarino sm smr
SN republicofsenegal sen senegal sn
SO federalrepublicofsomalia so som somalia
SR republicofsuriname sr sur suriname
SS republicofsouthsudan southsudan ss ssd
ST democraticrepublicofsaotomeandprincipe saotomeandprincipe st stp
SV elsalvador republicofelsalvador slv sv
SX sintmaartendutchpart sx sxm
SY sy syr syria syrianarabrepublic
SZ eswatini kingdomofeswatini swaziland swz sz
TC tc tca turksandcaicosislands
TD chad republicofchad tcd td
TF atf frenchsouthernterritories tf
TG tg tgo togo togoleserepublic
TH kingdomofthailand th tha thailand
TJ republicoftajikistan tajikistan tj tjk
TK tk tkl tokelau
TL democraticrepublicoftimorleste timorleste tl tls
TM tkm tm turkmenistan
TN republicoftunisia tn tun tunisia
TO kingdomoftonga to ton tonga
TR republicofturkiye tr tur turkey turkiye
TT republicoftrinidadandtobago trinidadandtobago tt tto
TV tuv tuvalu tv
TW taiwan taiwanprovinceofchina tw twn
TZ tanzania tanzaniaunitedrepublicof tz tza unitedrepublicoftanzania
UA ua ukr ukraine
UG republicofuganda ug uga uganda
UM um umi unitedstatesminoroutlyingislands
US unitedstates unitedstatesofamerica us usa
UY easternrepublicofuruguay uruguay ury uy
UZ republicofuzbekistan uz uzb uzbekistan
VA holyseevaticancitystate va vat vaticancity
VC saintvincentandthegrenadines vc vct
VE bolivarianrepublicofvenezuela ve ven venezuela venezuelabolivarianrepublicof
VG britishvirginislands vg vgb virginislandsbritish
VI vi vir virginislandsoftheunitedstates virginislandsus
VN socialistrepublicofvietnam vietnam vn vnm
VU republicofvanuatu vanuatu vu vut
WF wallisandfutuna wf wlf
WS independentstateofsamoa samoa ws wsm
YE republicofyemen ye yem yemen
YT mayotte myt yt
ZA republicofsouthafrica southafrica za zaf
ZM republicofzambia zambia zm zmb
ZW republicofzimbabwe zimbabwe zw zwe
$names$, E'\n') AS one (line)
        CROSS JOIN LATERAL regexp_split_to_table(substr(one.line, 4), ' ') AS known (name)
        WHERE one.line <> ''
    );
    place text;
    filled uuid;
    batch uuid[];
BEGIN
    FOREACH place IN ARRAY ARRAY['organizations', 'buildings'] LOOP
        filled := '00000000-0000-0000-0000-000000000000';
        LOOP
            EXECUTE format($sql$
                SELECT ARRAY(SELECT t.id FROM %I AS t
                             WHERE t.id > $1 AND t.country_code IS NULL AND t.address ->> 'country' IS NOT NULL
                             ORDER BY t.id LIMIT 100)
            $sql$, place) INTO batch USING filled;
            EXIT WHEN batch = '{}';
            BEGIN
                EXECUTE format($sql$
                    UPDATE %I AS t
                    SET country_code = $2 ->> regexp_replace(lower(normalize(t.address ->> 'country', NFKD)),
                                                             '[^a-z0-9日本]', '', 'g')
                    WHERE t.id = ANY ($1) AND t.country_code IS NULL
                $sql$, place) USING batch, codes;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                PERFORM pg_sleep(0.1);
                CONTINUE;
            END;
            COMMIT;
            filled := batch[cardinality(batch)];
        END LOOP;
    END LOOP;
END
$do$
