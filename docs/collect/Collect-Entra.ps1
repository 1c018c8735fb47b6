<#
.SYNOPSIS
Collects what Microsoft Entra ID knows of one SAML application, for diag. Reads only, and leaves secrets out.

.DESCRIPTION
Needs the module Microsoft.Graph.Authentication (Install-Module Microsoft.Graph.Authentication -Scope CurrentUser) and somebody who may
read applications and policies. Writes what Microsoft Graph answers, as it answers, but for client secrets and keys that are shared secrets.

.PARAMETER AppId
The application (client) ID: Entra admin center > App registrations > the application > Overview.

.PARAMETER Folder
A folder for the files. It is created; a folder that has files in it is not touched.

.PARAMETER Environment
The cloud, as Connect-MgGraph names it.

.EXAMPLE
./Collect-Entra.ps1 -AppId b7e3a1c4-52d9-4b08-8f6e-7a90c3d5e214 -Folder entra
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [ValidatePattern('^[0-9a-fA-F-]{36}$')]
    [string] $AppId,

    [string] $Folder = 'entra',

    [ValidateSet('Global', 'USGov', 'USGovDoD', 'China')]
    [string] $Environment = 'Global'
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# Where people sign in, by cloud; metadata is published there for everybody.
$signInHosts = @{
    Global   = 'login.microsoftonline.com'
    USGov    = 'login.microsoftonline.us'
    USGovDoD = 'login.microsoftonline.us'
    China    = 'login.partner.microsoftonline.cn'
}

# Takes out of JSON what lets somebody in. Everything else stays, character by character.
function Hide-Secret {
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [string] $Json)

    $text = '"(?:[^"\\]|\\.)*"'
    $Json = [regex]::Replace($Json, '("(?:secretText|hint|password|clientSecret)"\s*:\s*)' + $text, '$1null')
    # A key of type Symmetric is a shared secret; certificates are public.
    [regex]::Replace($Json, '\{[^{}]*"type"\s*:\s*"Symmetric"[^{}]*\}', {
            param($found)
            [regex]::Replace($found.Value, '("key"\s*:\s*)' + $text, '$1null')
        })
}

function Save-Text {
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $Text
    )
    $path = Join-Path -Path $target -ChildPath $Name
    [System.IO.File]::WriteAllText($path, $Text, (New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false))
    Write-Output "written: $path"
}

# What one address of Microsoft Graph answers, as text.
function Get-Answer {
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [string] $Uri)
    Invoke-MgGraphRequest -Method GET -Uri $Uri -OutputType Json
}

# The same for what is not essential: says why it is missing, and goes on.
function Save-Answer {
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $Uri
    )
    try {
        Save-Text -Name $Name -Text (Hide-Secret -Json (Get-Answer -Uri $Uri))
    }
    catch {
        Write-Warning "$Name is missing: $($_.Exception.Message)"
    }
}

if ((Test-Path -LiteralPath $Folder) -and (Get-ChildItem -LiteralPath $Folder -Force | Select-Object -First 1)) {
    throw "$Folder has files in it, and nothing is overwritten: choose another -Folder"
}
if (-not (Get-Command -Name Connect-MgGraph -ErrorAction SilentlyContinue)) {
    throw 'Microsoft Graph is not at hand: Install-Module Microsoft.Graph.Authentication -Scope CurrentUser'
}
$target = (New-Item -ItemType Directory -Path $Folder -Force).FullName

Connect-MgGraph -Environment $Environment -Scopes 'Application.Read.All', 'Policy.Read.All' -NoWelcome
$tenant = (Get-MgContext).TenantId

$application = Get-Answer -Uri "/v1.0/applications(appId='$AppId')"
Save-Text -Name 'application.json' -Text (Hide-Secret -Json $application)

$principal = Get-Answer -Uri "/v1.0/servicePrincipals(appId='$AppId')"
Save-Text -Name 'servicePrincipal.json' -Text (Hide-Secret -Json $principal)
$objectId = ($principal | ConvertFrom-Json).id

# An empty list is an answer, too: it says that the defaults apply.
Save-Answer -Name 'tokenIssuancePolicies.json' -Uri "/v1.0/servicePrincipals/$objectId/tokenIssuancePolicies"
Save-Answer -Name 'claimsMappingPolicies.json' -Uri "/v1.0/servicePrincipals/$objectId/claimsMappingPolicies"
Save-Answer -Name 'claimsPolicy.json' -Uri "/beta/servicePrincipals/$objectId/claimsPolicy"

# Of this application, not of the tenant: the tenant's certificate changes on its own.
$metadata = "https://$($signInHosts[$Environment])/$tenant/federationmetadata/2007-06/federationmetadata.xml?appid=$AppId"
try {
    Invoke-WebRequest -Uri $metadata -UseBasicParsing -OutFile (Join-Path -Path $target -ChildPath 'FederationMetadata.xml')
    Write-Output "written: $(Join-Path -Path $target -ChildPath 'FederationMetadata.xml')"
}
catch {
    Write-Warning "FederationMetadata.xml is missing: $($_.Exception.Message)"
}

Write-Output "Look through $target before you send it. It holds no secrets that this script knows of; names and addresses are in it."
